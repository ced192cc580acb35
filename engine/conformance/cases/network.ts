import type { Case, Resources } from "../spec";
import { container, network, output } from "../spec";

/** Subnets of the cases: 10.213.<n>.0/24. */
const net = (n: number, more: Parameters<typeof network>[0] = {}) =>
  network({ ipamConfigs: [{ subnet: `10.213.${n}.0/24`, gateway: `10.213.${n}.1` }], ...more });

const joined = (of: string, ...aliases: string[]) => ({ name: output(of, "name"), aliases });
const on = (n: number, ...aliases: string[]): Resources => ({
  net: net(n),
  c: container({ networksAdvanced: [joined("net", ...aliases)] }),
});
const loopback = (internal: number, external: number, protocol?: string) => ({
  internal,
  external,
  ip: "127.0.0.1",
  ...(protocol === undefined ? {} : { protocol }),
});
const NETWORKS = ["NetworkSettings.Networks.*"] as const;

export const networkCases: readonly Case[] = [
  {
    name: "network-label-changed",
    why: "a network has no update: its label replaces it and all that is on it",
    one: {
      net: net(10, { labels: [{ label: "a", value: "1" }] }),
      c: container({ networksAdvanced: [joined("net", "c")] }),
    },
    two: {
      net: net(10, { labels: [{ label: "a", value: "2" }] }),
      c: container({ networksAdvanced: [joined("net", "c")] }),
    },
    look: { net: ["Labels"], c: NETWORKS },
  },
  {
    name: "network-subnet-changed",
    why: "another subnet",
    one: on(11),
    two: { ...on(11), net: net(12) },
    look: { net: ["IPAM.Config"] },
    outputs: { net: ["name", "driver", "scope", "internal", "ipamConfigs", "ipamDriver"] },
  },
  {
    name: "network-internal-changed",
    why: "internal is not changed in place",
    one: { net: net(13) },
    two: { net: net(13, { internal: true }) },
    look: { net: ["Internal"] },
  },
  {
    name: "network-without-gateway",
    why: "a subnet alone",
    one: { net: network({ ipamConfigs: [{ subnet: "10.213.14.0/24" }] }) },
    look: { net: ["IPAM.Config"] },
  },
  {
    name: "network-ip-range",
    why: "a range for dynamic addresses and one fixed address outside it",
    one: {
      net: network({
        ipamConfigs: [{ subnet: "10.213.15.0/24", gateway: "10.213.15.1", ipRange: "10.213.15.128/25" }],
      }),
      c: container({ networksAdvanced: [{ name: output("net", "name"), ipv4Address: "10.213.15.10" }] }),
    },
    two: {
      net: network({
        ipamConfigs: [{ subnet: "10.213.15.0/24", gateway: "10.213.15.1", ipRange: "10.213.15.128/25" }],
      }),
      c: container({ networksAdvanced: [{ name: output("net", "name"), ipv4Address: "10.213.15.11" }] }),
    },
    look: { c: NETWORKS },
    outputs: { c: ["networkDatas"] },
  },
  {
    name: "network-options",
    why: "the name of the bridge",
    one: { net: net(17, { driver: "bridge", options: { "com.docker.network.bridge.name": "t26conf-a" } }) },
    two: { net: net(17, { driver: "bridge", options: { "com.docker.network.bridge.name": "t26conf-b" } }) },
    look: { net: ["Options"] },
  },
  {
    name: "network-options-icc",
    why: "options that the engine keeps as they are",
    one: { net: net(18, { options: { "com.docker.network.bridge.enable_icc": "false" } }) },
  },
  {
    name: "network-attachable",
    why: "attachable is stable",
    one: {
      net: net(19, {
        attachable: true,
        labels: [
          { label: "b", value: "2" },
          { label: "a", value: "1" },
        ],
      }),
    },
    two: {
      net: net(19, {
        attachable: true,
        labels: [
          { label: "a", value: "1" },
          { label: "b", value: "2" },
        ],
      }),
    },
  },
  {
    name: "aliases-changed",
    why: "one more alias replaces",
    one: on(20, "a"),
    two: on(20, "a", "b"),
    look: { c: NETWORKS },
  },
  {
    name: "aliases-order",
    why: "the order of aliases",
    one: on(21, "b", "a"),
    two: on(21, "a", "b"),
  },
  {
    name: "networks-order",
    why: "the order of networks means nothing",
    one: {
      a: net(22),
      b: net(23),
      c: container({ networksAdvanced: [joined("a", "x"), joined("b", "y")] }),
    },
    two: {
      a: net(22),
      b: net(23),
      c: container({ networksAdvanced: [joined("b", "y"), joined("a", "x")] }),
    },
    look: { c: NETWORKS },
  },
  {
    name: "networks-added",
    why: "one more network replaces",
    one: { a: net(24), b: net(25), c: container({ networksAdvanced: [joined("a")] }) },
    two: { a: net(24), b: net(25), c: container({ networksAdvanced: [joined("a"), joined("b")] }) },
    look: { c: NETWORKS },
  },
  {
    name: "network-by-id",
    why: "an id is as good as a name",
    one: {
      net: net(26),
      c: container({ networksAdvanced: [{ name: output("net", "id"), aliases: ["c"] }] }),
    },
    look: { c: NETWORKS },
  },
  {
    name: "network-mode",
    why: "a network as the mode of a container",
    one: { net: net(27), c: container({ networkMode: output("net", "name") }) },
    look: { c: ["HostConfig.NetworkMode", ...NETWORKS] },
  },
  {
    name: "ports-order",
    why: "the order of ports means nothing",
    one: {
      c: container({ ports: [loopback(80, 29010), loopback(443, 29011, "tcp"), loopback(80, 29010, "udp")] }),
    },
    two: {
      c: container({ ports: [loopback(80, 29010, "udp"), loopback(443, 29011, "tcp"), loopback(80, 29010)] }),
    },
    look: { c: ["HostConfig.PortBindings"] },
    outputs: { c: ["ports"] },
  },
  {
    name: "ports-changed",
    why: "another port of the host replaces, and the old one is free in time",
    one: { c: container({ ports: [{ internal: 80, external: 29012, ip: "127.0.0.1" }] }) },
    two: { c: container({ ports: [{ internal: 81, external: 29012, ip: "127.0.0.1" }] }) },
    look: { c: ["HostConfig.PortBindings"] },
  },
  {
    name: "ports-address-changed",
    why: "another address of the host",
    one: { c: container({ ports: [{ internal: 80, external: 29013, ip: "127.0.0.1" }] }) },
    two: { c: container({ ports: [{ internal: 80, external: 29013 }] }) },
    look: { c: ["HostConfig.PortBindings"] },
  },
  {
    name: "ports-random",
    why: "a port that the engine chooses is stable",
    one: { c: container({ ports: [{ internal: 80, ip: "127.0.0.1" }] }) },
  },
  {
    name: "internal-and-published",
    why: "on an internal and on a normal network, published on the loopback",
    one: {
      inside: net(28, { internal: true }),
      outside: net(29),
      c: container({
        networksAdvanced: [joined("inside", "gw"), joined("outside")],
        ports: [{ internal: 80, external: 29014, ip: "127.0.0.1" }],
      }),
    },
    look: { c: ["HostConfig.PortBindings", ...NETWORKS] },
  },
];
