import { accessOf, shownSecrets } from "./harness/access";
import { platformUp } from "./harness/chapters";
import { LaneClient, type Outcomes } from "./harness/client";
import { inventory } from "./harness/inventory";
import { plannedPlatform } from "./harness/planned";

/** Each store does its job with the credentials that were generated for it, on its lane, and lets in nobody else. */

/** What each check must return, by store. A text is what a store says to those that it refuses. */
const WANTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  nats: {
    "publishes and replays": true,
    "has the streams": ["ALT", "AUDIT", "BROKER", "FILLS", "LIBRARY", "MARKET", "ORDERS", "RISK"],
    "refuses a wrong password": /authorization violation/i,
    "refuses an unknown user": /authorization violation/i,
    "refuses nobody": /authorization violation/i,
  },
  "valkey-state": {
    "sets and gets": true,
    "when full": /OOM command not allowed/,
    "refuses a wrong password": /WRONGPASS|NOAUTH/,
    "refuses an unknown user": /WRONGPASS|NOAUTH/,
    "refuses nobody": /NOAUTH/,
  },
  "valkey-cache": {
    "sets and gets": true,
    "when full": "gives way",
    "refuses a wrong password": /WRONGPASS|NOAUTH/,
    "refuses an unknown user": /WRONGPASS|NOAUTH/,
    "refuses nobody": /NOAUTH/,
  },
  postgres: {
    "runs SQL": 5050,
    "has the platform's database": "platform_owner",
    "finds the nearest vector": ["near", "middle", "far"],
    "the platform's login is no superuser": false,
    "keeps the platform's login out of other databases": /permission denied/,
    "keeps passwords as scram": true,
    "refuses a wrong password": /password authentication failed/,
    "refuses an unknown user": /password authentication failed/,
    "refuses nobody": /password/,
  },
  questdb: {
    "keeps decimals exactly": ["0.100000000000000001", "12345678901234567890.200000000000000000"],
    "answers over the Postgres wire": "2",
    "has the platform's tables": expect.arrayContaining([
      "bars",
      "fills",
      "orders",
      "pnl_snapshots",
      "positions",
      "risk_events",
      "ticks",
    ]) as unknown,
    "refuses a wrong password": /401/,
    "refuses nobody": /401/,
    "refuses a wrong password on the wire": /invalid username\/password/i,
    "refuses the default password on the wire": /invalid username\/password/i,
  },
  s3: {
    "puts and gets": true,
    "lists objects": ["e2e/object"],
    "lists buckets": ["backups", "feast-registry", "mlflow-artifacts"],
    "puts in several parts": true,
    "refuses a wrong key": /signature|access|denied/i,
    "refuses nobody": 403,
    "refuses nobody's list": 403,
  },
  opensearch: {
    "indexes and finds": ["1"],
    "has the template of the logs": ["logs"],
    "refuses a wrong password": 401,
    "refuses an unknown user": 401,
    "refuses nobody": 401,
    "refuses nobody's search": 401,
  },
  opa: {
    "lets a trader halt": true,
    "does not let a viewer halt": false,
    "denies what nobody has thought of": false,
    "does not go live on paper": false,
    "refuses a wrong token": 401,
    "refuses nobody": 401,
    "refuses a new policy even with the token": 401,
    "gives away no callers": 401,
  },
};

/** Only where the image mode has the program. */
const OPTIONAL: typeof WANTED = {
  clickhouse: {
    "creates, inserts and selects": "42",
    "refuses a wrong password": 403,
    "refuses nobody": 403,
  },
};

describe("the stores, with the operators' credentials and without", () => {
  let client: LaneClient;
  let outcomes: Outcomes;

  beforeAll(async () => {
    await platformUp();
    const all = await inventory();
    client = await LaneClient.open(
      all.get("welcome")?.Image ?? "",
      accessOf(await shownSecrets(), [...all.keys()]),
    );
    outcomes = await client.run("check");
  });
  afterAll(() => client?.close());

  const planned = new Set(plannedPlatform().containers.map(({ name }) => name));
  const optional = Object.entries(OPTIONAL).filter(([store]) => planned.has(store));
  for (const [store, checks] of [...Object.entries(WANTED), ...optional]) {
    describe(store, () => {
      it("was tried in full", () => {
        expect(Object.keys(outcomes[store] ?? {}).sort()).toEqual(Object.keys(checks).sort());
      });
      it.each(Object.entries(checks))("%s", (check, value) => {
        const outcome = outcomes[store]?.[check];
        if (value instanceof RegExp)
          expect(outcome).toEqual({ ok: true, value: expect.stringMatching(value) as string });
        else expect(outcome).toEqual({ ok: true, value });
      });
    });
  }
});
