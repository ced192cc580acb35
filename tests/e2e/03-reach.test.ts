import { connect, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import type Docker from "dockerode";
import { engine, execIn, finish } from "../harness/docker";
import { GOES_OUT, REACH } from "./expected/reachability";
import { HOST_PORTS, SERVICES } from "./expected/services";
import { reachability } from "../../model/reachability";
import { platformUp } from "./harness/chapters";
import { TEST_LABELS } from "./harness/client";
import { inventory, type Inventory } from "./harness/inventory";
import { GATEWAYS, physical, PORTS } from "./harness/platform";
import { registryHost } from "./harness/outside";
import { plannedPlatform } from "./harness/planned";

/** What the toolbox answers for one target. */
interface Reached {
  readonly target: string;
  readonly address: string;
  readonly result: "open" | "resolved" | "refused" | "timeout" | "unresolved" | "unreachable";
}

/** Answers wherever there is an internet. */
const OUTSIDE = { host: "1.1.1.1", port: 443 } as const;
const T26 = "/opt/t26/t26";
/** Of one connection; what an internal lane drops takes as long. */
const TIMEOUT = "2s";
/**
 * Linux has one table of neighbours for all containers, 1024 of them by default, and drops what finds no room
 * ("neighbor table overflow" in the kernel's log); entries that nobody used for five seconds give way.
 */
const SIDE_BY_SIDE = 2;
const PAUSE_MS = 6000;
const LANES = ["frontend", "lowlatency", "backend"] as const;

describe("reachability", () => {
  let docker: Docker;
  let all: Inventory;
  /** A listener of the host on every address: what is reached of the host is seen by it. */
  let listener: Server;
  let hostPort: number;
  /** An address of the host that is on no lane. */
  let hostAddress: string;
  let outsideName: string;
  /** Where the host itself is shut in, nobody is let out, and that proves nothing. */
  let hostGoesOut: boolean;
  /** From → target → result. */
  const results = new Map<string, ReadonlyMap<string, Reached["result"]>>();

  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    all = await inventory();
    listener = createServer((socket) => socket.end()).listen(0, "0.0.0.0");
    await new Promise((resolve) => listener.once("listening", resolve));
    hostPort = (listener.address() as { port: number }).port;
    hostAddress = ownAddress();
    outsideName = await registryHost();
    hostGoesOut = await canConnect(OUTSIDE);
    const targets = questions();
    const rows = [...REACH.keys()];
    for (let next = 0; next < rows.length; next += SIDE_BY_SIDE) {
      await Promise.all(rows.slice(next, next + SIDE_BY_SIDE).map((from) => ask(from, targets)));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  });
  afterAll(() => new Promise((resolve) => listener.close(resolve)));

  /** Every service by name and by each of its addresses, the host, and the world. */
  function questions(): readonly string[] {
    const services = [...SERVICES].flatMap(([name, { ports, loopback }]) =>
      [...ports, ...loopback].flatMap((port) => [
        `name:${name}:${port} tcp ${name}:${port}`,
        ...addresses(name).map(([lane, address]) => `address:${name}:${port}:${lane} tcp ${address}:${port}`),
      ]),
    );
    const host = [
      ...LANES.map((lane) => [lane, GATEWAYS[lane]] as const),
      ["outside", hostAddress] as const,
    ].flatMap(([name, address]) => [
      `host:${name}:listener tcp ${address}:${hostPort}`,
      ...Object.values(PORTS).map((port) => `host:${name}:${port} tcp ${address}:${port}`),
    ]);
    return [
      ...services,
      ...host,
      `outside:dns dns ${outsideName}`,
      `outside:tcp tcp ${OUTSIDE.host}:${OUTSIDE.port}`,
    ];
  }

  function addresses(name: string): readonly (readonly [string, string])[] {
    const networks = all.get(name)?.NetworkSettings.Networks ?? {};
    return LANES.flatMap((lane) => {
      const address = networks[physical(lane)]?.IPAddress;
      return address === undefined || address === "" ? [] : [[lane, address] as const];
    });
  }

  async function ask(from: string, targets: readonly string[]): Promise<void> {
    const answers = from.startsWith("guest-")
      ? await askAsGuest(from.slice(6), targets)
      : await askInside(from, targets);
    results.set(from, new Map(answers.map(({ target, result: found }) => [target, found])));
  }

  async function askInside(from: string, targets: readonly string[]): Promise<readonly Reached[]> {
    const { code, stdout, stderr } = await execIn(docker.getContainer(physical(from)), [
      T26,
      "reach",
      "--timeout",
      TIMEOUT,
      ...targets,
    ]);
    if (code !== 0) throw new Error(`reach in ${from}: exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as readonly Reached[];
  }

  async function askAsGuest(lane: string, targets: readonly string[]): Promise<readonly Reached[]> {
    const guest = await docker.createContainer({
      Image: all.get("toolbox")?.Image ?? "",
      name: physical(`test-guest-${lane}`),
      Labels: { ...TEST_LABELS },
      Cmd: ["reach", "--timeout", TIMEOUT, ...targets],
      HostConfig: { NetworkMode: physical(lane), ReadonlyRootfs: true, CapDrop: ["ALL"] },
    });
    try {
      const { code, stdout, stderr } = await finish(guest);
      if (code !== 0) throw new Error(`reach on ${lane}: exit ${code}: ${stderr}`);
      return JSON.parse(stdout) as readonly Reached[];
    } finally {
      await guest.remove({ force: true });
    }
  }

  const result = (from: string, target: string): string => results.get(from)?.get(target) ?? "not asked";

  describe.each([...REACH])("from %s", (from, row) => {
    it.each([...row])("to %s: %s", (to, reached) => {
      const { ports, loopback } = SERVICES.get(to) ?? { ports: [], loopback: [] };
      for (const port of ports) {
        const byAddress = addresses(to).map(([lane]) => result(from, `address:${to}:${port}:${lane}`));
        if (reached) {
          expect([port, result(from, `name:${to}:${port}`)]).toEqual([port, "open"]);
          expect(byAddress).toContain("open");
        } else {
          expect([port, result(from, `name:${to}:${port}`)]).toEqual([port, "unresolved"]);
          for (const found of byAddress) expect(["unreachable", "timeout"]).toContain(found);
        }
      }
      for (const port of loopback) {
        for (const target of [
          `name:${to}:${port}`,
          ...addresses(to).map(([lane]) => `address:${to}:${port}:${lane}`),
        ]) {
          expect([target, result(from, target)]).not.toEqual([target, "open"]);
        }
      }
    });

    it("reaches no address of a lane that it is not on", () => {
      const own = from.startsWith("guest-") ? [from.slice(6)] : SERVICES.get(from)?.lanes;
      for (const [to, { ports }] of SERVICES)
        for (const port of ports)
          for (const [lane] of addresses(to)) {
            const found = result(from, `address:${to}:${port}:${lane}`);
            const through = [to, port, lane, found];
            if (own?.some((one) => one === lane)) expect(through).toEqual([to, port, lane, "open"]);
            else expect(["unreachable", "timeout"]).toContain(found);
          }
    });

    it("reaches none of the published ports on any address of the host", () => {
      for (const name of [...LANES, "outside"])
        for (const port of Object.values(PORTS))
          expect([name, port, result(from, `host:${name}:${port}`)]).not.toEqual([name, port, "open"]);
    });

    it("reaches what listens on all of the host's addresses, through its own lanes", () => {
      // Through the host's other addresses as well or not: engines differ. `doctor` warns of such listeners.
      const own = from.startsWith("guest-") ? [from.slice(6)] : (SERVICES.get(from)?.lanes ?? []);
      for (const lane of own) expect([lane, result(from, `host:${lane}:listener`)]).toEqual([lane, "open"]);
    });

    const out = GOES_OUT.includes(from);
    it(
      out
        ? "reaches what lies beyond the host"
        : "reaches nothing beyond the host, neither names nor addresses",
      () => {
        expect(result(from, "outside:dns")).toBe(out ? "resolved" : "unresolved");
        if (!out) expect(["unreachable", "timeout"]).toContain(result(from, "outside:tcp"));
        else if (hostGoesOut) expect(result(from, "outside:tcp")).toBe("open");
      },
    );
  });

  it("the model's matrix says the same as this table", () => {
    const rows = reachability(plannedPlatform()).filter(
      ({ target }) => /^[a-z0-9-]+:\d+$/.test(target) && !target.startsWith("host-"),
    );
    const wanted = [...SERVICES.keys()].flatMap((from) =>
      [...SERVICES]
        .filter(([to]) => to !== from)
        .flatMap(([to, { ports, loopback }]) => [
          ...ports.map((port) => `${from} ${to}:${port} ${REACH.get(from)?.get(to) ? "open" : "closed"}`),
          ...loopback.map((port) => `${from} ${to}:${port} closed`),
        ]),
    );
    expect(rows.map(({ from, target, expected }) => `${from} ${target} ${expected}`).sort()).toEqual(
      wanted.sort(),
    );
  });

  it.each([...SERVICES])("%s listens for exactly what it declares", async (name, { ports, loopback }) => {
    const { stdout } = await execIn(docker.getContainer(physical(name)), [T26, "listen"]);
    const sockets = (
      JSON.parse(stdout) as readonly { address: string; port: number; loopback: boolean }[]
    ).filter(({ address }) => address !== "127.0.0.11");
    const open = new Set(sockets.filter((socket) => !socket.loopback).map(({ port }) => port));
    expect([...open].sort((a, b) => a - b)).toEqual([...ports]);
    for (const port of loopback)
      expect(sockets).toContainEqual(expect.objectContaining({ port, loopback: true }));
  });

  it("only the gateways publish host ports, on 127.0.0.1", () => {
    const published = [...all].flatMap(([name, { NetworkSettings }]) =>
      Object.values(NetworkSettings.Ports ?? {}).flatMap((bindings) =>
        (bindings ?? []).map(({ HostIp, HostPort }) => ({ name, HostIp, port: Number(HostPort) })),
      ),
    );
    expect(Object.fromEntries(published.map(({ name, port }) => [port, name]))).toEqual(HOST_PORTS);
    expect(new Set(published.map(({ HostIp }) => HostIp))).toEqual(new Set(["127.0.0.1"]));
  });
});

function ownAddress(): string {
  const taken = Object.values(GATEWAYS).map((address) => address.split(".").slice(0, 2).join("."));
  const found = Object.entries(networkInterfaces())
    .filter(([name]) => !/^(docker|br-|t26-|trade2026|veth)/.test(name))
    .flatMap(([, list]) => list ?? [])
    .find(
      ({ family, internal, address }) =>
        family === "IPv4" && !internal && !taken.some((lane) => address.startsWith(`${lane}.`)),
    );
  if (!found)
    throw new Error(
      "this host has no address of its own besides those of its lanes: there is no outside to try",
    );
  return found.address;
}

function canConnect(to: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, timeout: 3000 });
    const end = (reached: boolean) => (): void => {
      socket.destroy();
      resolve(reached);
    };
    socket.on("connect", end(true)).on("error", end(false)).on("timeout", end(false));
  });
}
