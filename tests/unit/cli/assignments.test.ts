import fc from "fast-check";
import { parseSettings } from "../../../model/settings";
import { assign, overlay, parseAssignments, parsePath, unassign } from "../../../cli/config/assignments";

const set = (...texts: readonly string[]): unknown => assign({}, parseAssignments(texts).assignments);

describe("--set", () => {
  test("a whole setting stays the text that it is, for the settings' own rules", () => {
    const raw = set("prefix=n1", "exposeData=true", "tlsEpoch=2", 'hostNames=["a","b"]');
    expect(raw).toEqual({ prefix: "n1", exposeData: "true", tlsEpoch: "2", hostNames: '["a","b"]' });
    expect(parseSettings(raw as Record<string, unknown>)).toMatchObject({
      prefix: "n1",
      exposeData: true,
      tlsEpoch: 2,
      hostNames: ["a", "b"],
    });
  });

  test("parts of structured settings are merged, later ones win, values may hold equals signs", () => {
    expect(
      set(
        "subnets.backend=10.1.0.0/16",
        "hostPorts.https=8443",
        "subnets.frontend=10.2.0.0/16",
        "subnets.backend=10.3.0.0/16",
      ),
    ).toEqual({
      subnets: { backend: "10.3.0.0/16", frontend: "10.2.0.0/16" },
      hostPorts: { https: 8443 },
    });
    expect(set("imageOverrides.nats=host/nats:1?a=b")).toEqual({
      imageOverrides: { nats: "host/nats:1?a=b" },
    });
  });

  test("a port's name may hold a dash, an override's value may look like a number", () => {
    expect(set("hostPorts.gateway-dashboard=18081", "imageOverrides.nats=2")).toEqual({
      hostPorts: { "gateway-dashboard": 18081 },
      imageOverrides: { nats: "2" },
    });
  });

  test("merges into what `pulumi config set` wrote as JSON text", () => {
    const { assignments } = parseAssignments(["subnets.backend=10.1.0.0/16"]);
    expect(assign({ subnets: '{"frontend":"10.2.0.0/16"}' }, assignments)).toEqual({
      subnets: { frontend: "10.2.0.0/16", backend: "10.1.0.0/16" },
    });
  });

  test("every mistake is a problem", () => {
    const { assignments, problems } = parseAssignments(["prefix", "=x", "a..b=1", "prefix=ok"]);
    expect(assignments).toEqual([{ path: ["prefix"], value: "ok" }]);
    expect(problems.map(({ path, what }) => [path, what])).toEqual([
      ["--set prefix", "has no value"],
      ["--set =x", "names no setting"],
      ["--set a..b=1", "names no setting"],
    ]);
  });
});

describe("paths", () => {
  test("the namespace may be written", () => {
    expect(parsePath("trade2026:subnets.backend")).toEqual(["subnets", "backend"]);
    expect(parsePath("")).toBeUndefined();
  });

  test("unset takes one part away, and the setting with its last part", () => {
    const settings = { subnets: { backend: "b", frontend: "f" }, prefix: "p" };
    expect(unassign(settings, ["subnets", "backend"])).toEqual({ subnets: { frontend: "f" }, prefix: "p" });
    expect(unassign({ subnets: { backend: "b" } }, ["subnets", "backend"])).toEqual({});
    expect(unassign(settings, ["prefix"])).toEqual({ subnets: settings.subnets });
    expect(unassign(settings, ["other"])).toBe(settings);
    expect(unassign(settings, ["prefix", "part"])).toBe(settings);
  });

  test("what was set and unset again is as it was", () => {
    const part = fc.stringMatching(/^[a-z]{1,6}$/);
    const settings = fc.dictionary(
      part,
      fc.oneof(fc.integer(), fc.dictionary(part, fc.integer(), { minKeys: 1 })),
    );
    fc.assert(
      fc.property(
        settings,
        fc.array(part, { minLength: 1, maxLength: 2 }),
        fc.integer(),
        (before, path, value) => {
          const [key = "", inner] = path;
          const existing = before[key];
          fc.pre(
            inner === undefined
              ? existing === undefined
              : existing === undefined || (typeof existing === "object" && !(inner in existing)),
          );
          expect(unassign(assign(before, [{ path, value }]), path)).toEqual(before);
        },
      ),
    );
  });
});

test("overlay keeps the parts that it does not name", () => {
  expect(
    overlay({ subnets: { a: 1, b: 2 }, images: "upstream" }, { subnets: { b: 3 }, prefix: "x" }),
  ).toEqual({
    subnets: { a: 1, b: 3 },
    images: "upstream",
    prefix: "x",
  });
});
