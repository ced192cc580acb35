import fc from "fast-check";
import {
  alertIncidents,
  firingId,
  joined,
  publicIncident,
  type Firing,
} from "../../../../services/status-api/src/alerts";

const firing = (fingerprint: string, startsAt: number, more: Partial<Firing> = {}): Firing => ({
  id: firingId(fingerprint, startsAt),
  fingerprint,
  startsAt,
  title: "Orders are down",
  impact: "down",
  component: "oms",
  ...more,
});

/** What is known after these messages, as the store keeps it. */
function received(messages: readonly Firing[]): readonly Firing[] {
  const known = new Map<string, Firing>();
  for (const message of messages) {
    const before = known.get(message.id);
    known.set(message.id, before ? joined(before, message) : message);
  }
  return [...known.values()];
}

const incidentsAfter = (messages: readonly Firing[]) =>
  alertIncidents(received(messages))
    .map((each) => publicIncident(each, []))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

const message = fc
  .record({
    fingerprint: fc.constantFrom("f1", "f2", "f3"),
    startsAt: fc.integer({ min: 0, max: 20 }).map((step) => step * 1000),
    lasted: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
    title: fc.constantFrom("Orders are down", "Orders are down again"),
  })
  .map(({ fingerprint, startsAt, lasted, title }) =>
    firing(fingerprint, startsAt, { title, ...(lasted === undefined ? {} : { endsAt: startsAt + lasted }) }),
  );

it("ends the same whatever the order and the number of messages", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (messages, keys) => {
      const order = [...messages, ...messages]
        .map((each) => ({ each, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      expect(incidentsAfter(order)).toEqual(incidentsAfter(messages));
    }),
  );
});

it("has at most one open incident for an alert, and none once its latest firing has ended", () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (messages) => {
      const known = received(messages).filter(({ fingerprint }) => fingerprint === messages[0]?.fingerprint);
      const open = alertIncidents(known).filter(({ resolvedAt }) => resolvedAt === undefined);
      const latest = known.reduce((one, other) => (other.startsAt > one.startsAt ? other : one));
      expect(open).toHaveLength(latest.endsAt === undefined ? 1 : 0);
    }),
  );
});

it("closes with the alert's own time, and repeats change nothing", () => {
  const [incident, ...more] = incidentsAfter([
    firing("f", 1000),
    firing("f", 1000),
    firing("f", 1000, { endsAt: 61_000 }),
    firing("f", 1000),
  ]);
  expect(more).toEqual([]);
  expect(incident).toMatchObject({
    id: firingId("f", 1000),
    components: ["oms"],
    opened_at: "1970-01-01T00:00:01.000Z",
    resolved_at: "1970-01-01T00:01:01.000Z",
  });
  expect(incident?.timeline.map(({ status }) => status)).toEqual(["investigating", "resolved"]);
});

it("an alert that ended and fires again is another incident", () => {
  expect(incidentsAfter([firing("f", 0, { endsAt: 5000 }), firing("f", 6000)])).toHaveLength(2);
});

it("a new start without an end before it is the same incident: something was restarted", () => {
  const [incident, ...more] = incidentsAfter([
    firing("f", 0),
    firing("f", 6000),
    firing("f", 6000, { endsAt: 9000 }),
  ]);
  expect([incident?.id, incident?.resolved_at, more]).toEqual([
    firingId("f", 0),
    "1970-01-01T00:00:09.000Z",
    [],
  ]);
});

it("an operator may say that it is over before the alert does, and only of what has begun", () => {
  const closed = firing("f", 0, { closedAt: 3000 });
  const [incident] = incidentsAfter([joined(closed, firing("f", 0, { endsAt: 9000 }))]);
  expect(incident?.resolved_at).toBe("1970-01-01T00:00:03.000Z");
  expect(incident?.timeline.map(({ status }) => status)).toEqual(["investigating"]);
  expect(
    incidentsAfter([closed, firing("f", 6000)])
      .map(({ resolved_at }) => resolved_at === null)
      .sort(),
  ).toEqual([false, true]);
});

it("keeps what operators wrote in the order of time", () => {
  const [one] = alertIncidents([firing("f", 0, { endsAt: 9000 })]);
  const said = [{ at: "1970-01-01T00:00:05.000Z", status: "identified", text: "It is the disk." }] as const;
  expect(one && publicIncident(one, said).timeline.map(({ status }) => status)).toEqual([
    "investigating",
    "identified",
    "resolved",
  ]);
});
