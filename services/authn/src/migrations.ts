import type { Migration } from "../../kit/postgres";

/** One that was applied is never edited. */
export const migrations: readonly Migration[] = [
  {
    id: "0001-core",
    sql: `
      CREATE TABLE users (
        name text PRIMARY KEY,
        password_hash text NOT NULL,
        role text NOT NULL CHECK (role IN ('viewer', 'trader', 'admin')),
        accounts text[] NOT NULL,
        disabled boolean NOT NULL DEFAULT false,
        -- of the generated password that it was last set from; null once a person has chosen one
        generated_from text,
        -- grows with each change; a login that was checked against an older one is granted nothing
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        changed_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE signing_keys (
        id text PRIMARY KEY,
        public_jwk jsonb NOT NULL,
        private_sealed bytea NOT NULL,
        signs_from timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      -- refresh tokens of programs and sessions of browsers: only hashes, one use each within a family
      CREATE TABLE grants (
        hash text PRIMARY KEY,
        family uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('refresh', 'session')),
        name text NOT NULL REFERENCES users ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX grants_family ON grants (family);
      CREATE INDEX grants_name ON grants (name);
      CREATE INDEX grants_expiry ON grants (expires_at);
    `,
  },
];
