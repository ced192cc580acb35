import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Check } from "./check";
import { quietly } from "./quietly";

export interface Listener {
  readonly port: number;
  /** Program, where the kernel tells us: for root only. */
  readonly program: string | undefined;
}

const LISTEN = "0A";

/** Listeners on every address, out of /proc/net/tcp or tcp6: `port` and socket number. */
export function openListeners(table: string): readonly { readonly port: number; readonly inode: string }[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const [address = "", port = ""] = (columns[1] ?? "").split(":");
      const everywhere = address !== "" && /^0+$/.test(address);
      return columns[3] === LISTEN && everywhere
        ? [{ port: parseInt(port, 16), inode: columns[9] ?? "" }]
        : [];
    });
}

/**
 * A container on an internal lane still reaches what the host listens on at every address, by the lane's gateway
 * address. Only Linux says what that is.
 */
export function listenerChecks(): readonly Check[] {
  const about = "host listeners";
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => {
    try {
      return [readFileSync(file, "utf8")];
    } catch {
      return [];
    }
  });
  if (tables.length === 0)
    return [{ about, state: "unknown", found: "only a Linux host says what it listens on" }];
  const programs = socketOwners();
  const found = new Map<number, Listener>();
  for (const { port, inode } of tables.flatMap(openListeners))
    found.set(port, { port, program: programs.get(inode) });
  if (found.size === 0)
    return [{ about, state: "ok", found: "nothing on this host listens on every address" }];
  const list = [...found.values()]
    .sort((a, b) => a.port - b.port)
    .map(({ port, program }) => `${port}${program === undefined ? "" : ` (${program})`}`);
  return [
    {
      about,
      state: "warning",
      found: `containers reach these programs of the host, from internal lanes too, because they listen on every address: ${list.join(", ")}`,
      fix: "let them listen on 127.0.0.1, or block the lanes' bridges (`ip link` shows them as t26-…) in the host's firewall",
    },
  ];
}

/** Socket number → program, for the processes that we may look at; they end while we look. */
function socketOwners(): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const pid of quietly(() => readdirSync("/proc"), []).filter((name) => /^\d+$/.test(name))) {
    const links = quietly(() => readdirSync(`/proc/${pid}/fd`), []);
    const program = quietly(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim(), "?");
    for (const link of links) {
      const inode = /^socket:\[(\d+)\]$/.exec(
        quietly(() => readlinkSync(`/proc/${pid}/fd/${link}`), ""),
      )?.[1];
      if (inode !== undefined) owners.set(inode, program);
    }
  }
  return owners;
}
