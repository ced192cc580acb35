import type { Case, Resources } from "../spec";
import { idle } from "../spec";

const on = (host: string): Resources => ({
  host: { kind: "provider", args: { host } },
  c: idle({}, { provider: "host" }),
});

/** The provider itself. A path with one more slash is the same engine by another address. */
export const hostCases: readonly Case[] = [
  {
    name: "host-changed",
    why: "an update in place of the provider; its containers are thought unchanged",
    one: on("unix:///var/run/docker.sock"),
    two: on("unix:////var/run/docker.sock"),
  },
];
