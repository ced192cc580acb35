import type { DatabaseSync } from "node:sqlite";

/**
 * What each version of the data volume adds to the one before; a volume is brought up by those that it lacks. Rows are
 * found by few columns; the rest of a row is the JSON that the API shows.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE orders (number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    open INTEGER NOT NULL, view TEXT NOT NULL) STRICT;
  CREATE INDEX orders_open ON orders (number) WHERE open = 1;
  CREATE INDEX orders_account ON orders (account, number);
  CREATE TABLE events (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
  CREATE TABLE fills (number INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
  CREATE TABLE requests (request_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE positions (account TEXT, symbol TEXT, view TEXT NOT NULL,
    PRIMARY KEY (account, symbol)) STRICT, WITHOUT ROWID;
  CREATE TABLE quotes (symbol TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // orders are pruned by their end, and requests with their order; what was pruned is never numbered again
  `
  CREATE INDEX orders_ended ON orders (view ->> 'updated_at') WHERE open = 0;
  CREATE INDEX requests_order ON requests (record ->> 'order_id');
  CREATE TABLE pruned (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, fill INTEGER NOT NULL,
    trade INTEGER NOT NULL, order_number INTEGER NOT NULL, orders INTEGER NOT NULL) STRICT;
  INSERT INTO pruned VALUES (1, 0, 0, 0, 0, 0);
  `,
];

/**
 * Brings the file to this program's version, and takes its lock.
 *
 * @throws when a newer program wrote it, or another process has it
 */
export function migrate(db: DatabaseSync): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > migrations.length)
    throw new Error(
      `the data volume is of version ${version}; this program knows ${migrations.length}: use a newer one`,
    );
  // takes the lock now, not with the first order
  db.exec(
    `BEGIN IMMEDIATE; ${migrations.slice(version).join("")} PRAGMA user_version = ${migrations.length}; COMMIT`,
  );
}
