import type { Migration } from "../../kit/postgres";

/** One that was applied is never edited. */
export const migrations: readonly Migration[] = [
  {
    id: "0001-core",
    sql: `
      -- one minute of one component; rank is the place in SLICE_STATES
      CREATE TABLE slices (
        minute timestamptz NOT NULL,
        component text NOT NULL,
        rank smallint NOT NULL CHECK (rank BETWEEN 0 AND 4),
        PRIMARY KEY (minute, component)
      );
      -- minutes of one day (UTC) by state
      CREATE TABLE days (
        component text NOT NULL,
        day date NOT NULL,
        operational integer NOT NULL,
        degraded integer NOT NULL,
        down integer NOT NULL,
        maintenance integer NOT NULL,
        unknown integer NOT NULL,
        PRIMARY KEY (component, day)
      );
      -- one firing of an alert; incidents are made of them when they are read
      CREATE TABLE firings (
        id text PRIMARY KEY,
        fingerprint text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz,
        closed_at timestamptz,
        title text NOT NULL,
        impact text NOT NULL CHECK (impact IN ('degraded', 'down')),
        component text
      );
      -- of operators
      CREATE TABLE incidents (
        id text PRIMARY KEY,
        title text NOT NULL,
        impact text NOT NULL CHECK (impact IN ('degraded', 'down')),
        components text[] NOT NULL,
        opened_at timestamptz NOT NULL,
        resolved_at timestamptz
      );
      -- what operators wrote, below an incident of theirs or a firing
      CREATE TABLE entries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        incident text NOT NULL,
        at timestamptz NOT NULL,
        status text NOT NULL CHECK (status IN ('investigating', 'identified', 'monitoring', 'resolved')),
        text text NOT NULL,
        -- who; not shown
        author text NOT NULL
      );
      CREATE INDEX entries_incident ON entries (incident);
      CREATE TABLE maintenance (
        id text PRIMARY KEY,
        title text NOT NULL,
        text text NOT NULL,
        components text[] NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
        cancelled_at timestamptz,
        author text NOT NULL
      );
    `,
  },
];
