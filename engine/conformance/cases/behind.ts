import type { Case } from "../spec";
import { IMAGES, container, idle, network, output, volume } from "../spec";

const status = { c: ["State.Status"] } as const;

export const behindCases: readonly Case[] = [
  {
    name: "container-removed",
    why: "after a refresh it is made again",
    one: { c: idle() },
    behind: [{ act: "remove", container: "c" }],
    look: status,
  },
  {
    name: "container-stopped",
    why: "after a refresh it is started again",
    one: { c: idle() },
    behind: [{ act: "stop", container: "c" }],
    look: status,
  },
  {
    name: "job-container-removed",
    why: "a finished job that somebody cleaned away runs again",
    one: { c: idle({ command: ["exit", "0"], attach: true, mustRun: false, restart: "no" }) },
    behind: [{ act: "remove", container: "c" }],
    look: status,
  },
  {
    name: "image-tag-moved",
    why: "the same tag with new content is never noticed",
    one: {
      c: idle({ image: IMAGES.moving }),
      image: { kind: "remoteImage", args: { name: IMAGES.moving, keepLocally: true } },
      byId: idle({ image: output("image", "imageId") }),
    },
    behind: [{ act: "retag", from: IMAGES.other, to: IMAGES.moving }],
  },
  {
    name: "container-disconnected",
    why: "never noticed",
    one: {
      net: network({ ipamConfigs: [{ subnet: "10.213.40.0/24", gateway: "10.213.40.1" }] }),
      c: container({ networksAdvanced: [{ name: output("net", "name") }] }),
    },
    behind: [{ act: "disconnect", container: "c", network: "net" }],
    look: { c: ["NetworkSettings.Networks.*"] },
  },
  {
    name: "volume-removed",
    why: "after a refresh it is made again, empty",
    one: { v: volume() },
    behind: [{ act: "removeVolume", volume: "v" }],
  },
  {
    name: "network-removed",
    why: "after a refresh it is made again",
    one: { net: network({ ipamConfigs: [{ subnet: "10.213.41.0/24", gateway: "10.213.41.1" }] }) },
    behind: [{ act: "removeNetwork", network: "net" }],
  },
];
