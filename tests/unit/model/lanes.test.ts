import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { overlaps, parseCidr } from "../../../model/cidr";
import { LANES, laneProblems, lanesOf, parseCpgs, portInLanes } from "../../../model/lanes";
import { problemsOf, registry } from "../../support/model";

const file = readFileSync(join(__dirname, "../../../configs/cpgs.yaml"), "utf8");

describe("configs/cpgs.yaml", () => {
  const cpgs = parseCpgs(file);

  it("is CPGS 1.0: three lanes, of which only frontend goes out", () => {
    expect(cpgs.version).toBe("1.0");
    expect(
      Object.entries(cpgs.lanes).map(([name, { subnet, bridge, internal, hostPorts }]) => [
        name,
        subnet,
        bridge,
        internal,
        hostPorts,
      ]),
    ).toEqual([
      ["frontend", "172.23.0.0/16", "trade2026-front", false, [80, 443, 5173]],
      ["lowlatency", "172.22.0.0/16", "trade2026-low", true, [[8000, 8199]]],
      ["backend", "172.21.0.0/16", "trade2026-back", true, [[8300, 8499]]],
    ]);
  });

  it("gives every well-known port one owner, outside of the gateways' own", () => {
    const numbers = Object.values(cpgs.wellKnown);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.filter((port) => [80, 443].includes(port))).toEqual([]);
  });

  it("is refused with everything that is wrong in it", () => {
    const bad = file
      .replace("172.21.0.0/16", "172.21.0.1/16")
      .replace("bridge: trade2026-low", "bridge: trade2026-lowlatency")
      .replace("internal: false", "internal: false\n    mtu: 1500");
    expect(problemsOf(() => parseCpgs(bad)).map(({ path, what }) => [path, what])).toEqual([
      ["lanes.frontend.mtu", "there is no such key"],
      ["lanes.lowlatency.bridge", expect.stringContaining("15")],
      ["lanes.backend.subnet", "must be an IPv4 CIDR block such as 172.21.0.0/16"],
    ]);
  });
});

describe("lanesOf", () => {
  it("keeps the registry's subnets and bridge names, and gives the host its address", () => {
    expect(lanesOf(registry, "trade2026", {})).toEqual([
      {
        name: "frontend",
        subnet: "172.23.0.0/16",
        gateway: "172.23.0.1",
        bridge: "trade2026-front",
        internal: false,
      },
      {
        name: "lowlatency",
        subnet: "172.22.0.0/16",
        gateway: "172.22.0.1",
        bridge: "trade2026-low",
        internal: true,
      },
      {
        name: "backend",
        subnet: "172.21.0.0/16",
        gateway: "172.21.0.1",
        bridge: "trade2026-back",
        internal: true,
      },
    ]);
  });

  it("takes the stack's own subnets", () => {
    const [, , backend] = lanesOf(registry, "trade2026", { backend: "10.9.8.0/24" });
    expect(backend).toMatchObject({ subnet: "10.9.8.0/24", gateway: "10.9.8.1" });
  });

  it("gives a second platform other bridges, short enough for Linux and never the same twice", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/), { minLength: 2, maxLength: 6 }),
        (prefixes) => {
          const names = prefixes.flatMap((prefix) =>
            lanesOf(registry, prefix, {}).map(({ bridge }) => bridge),
          );
          expect(new Set(names).size).toBe(prefixes.length * LANES.length);
          expect(names.filter((name) => name.length > 15)).toEqual([]);
        },
      ),
    );
    expect(lanesOf(registry, "second", {}).map(({ bridge }) => bridge)).toEqual(
      lanesOf(registry, "second", {}).map(({ bridge }) => bridge),
    );
  });
});

describe("laneProblems", () => {
  const lanes = lanesOf(registry, "trade2026", {});

  it("has nothing against the registry's own lanes", () => {
    expect(laneProblems(lanes, [{ subnet: "172.17.0.0/16", owner: "network bridge" }])).toEqual([]);
  });

  it("says which lane overlaps what, and how to move it", () => {
    expect(laneProblems(lanes, [{ subnet: "172.21.128.0/17", owner: "network other_default" }])).toEqual([
      {
        path: "trade2026:subnets.backend",
        what: "overlaps 172.21.128.0/17 of network other_default",
        value: "172.21.0.0/16",
        allowed: "an IPv4 block that nothing else on this host uses",
        fix: "pulumi config set --path trade2026:subnets.backend 10.212.0.0/16",
      },
    ]);
  });

  it("finds lanes that overlap each other", () => {
    const clashing = lanesOf(registry, "trade2026", { backend: "172.22.4.0/24" });
    expect(laneProblems(clashing, []).map(({ path, what }) => [path, what])).toEqual([
      ["trade2026:subnets.backend", "overlaps 172.22.0.0/16 of lane lowlatency"],
    ]);
  });

  it("passes over what is no IPv4 block: that of another family, say", () => {
    expect(laneProblems(lanes, [{ subnet: "fd00::/8", owner: "network v6" }])).toEqual([]);
  });

  it("complains exactly when two of the blocks overlap", () => {
    const block = fc
      .tuple(fc.integer({ min: 16, max: 26 }), fc.nat(63))
      .map(
        ([prefix, index]) =>
          `10.${Math.floor((index * 2 ** (32 - prefix)) / 65_536) % 256}.${prefix > 24 ? index % 4 : (index * 2 ** (24 - Math.min(prefix, 24))) % 256}.0/${prefix}`,
      )
      .filter((text) => parseCidr(text) !== undefined);
    fc.assert(
      fc.property(block, block, block, block, (frontend, lowlatency, backend, used) => {
        const blocks = [used, frontend, lowlatency, backend].flatMap((text) => parseCidr(text) ?? []);
        const clash = blocks.some((a, index) => blocks.slice(index + 1).some((b) => overlaps(a, b)));
        const problems = laneProblems(lanesOf(registry, "x", { frontend, lowlatency, backend }), [
          { subnet: used, owner: "host" },
        ]);
        expect(problems.length > 0).toBe(clash);
      }),
    );
  });
});

describe("portInLanes", () => {
  it.each([
    [["backend"], 8300, true],
    [["backend"], 8499, true],
    [["backend"], 8500, false],
    [["lowlatency"], 8300, false],
    [["lowlatency", "backend"], 8300, true],
    [["frontend"], 443, true],
    [["frontend"], 444, false],
    [[], 8300, false],
  ] as const)("%p owns %d: %p", (lanes, port, expected) => {
    expect(portInLanes(registry, lanes, port)).toBe(expected);
  });
});
