import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Reads command line and environment of every process of the host, over and over, for so many seconds: probes live
 * for milliseconds. Prints each distinct one once, with the container that it belongs to.
 */
interface Seen {
  readonly pid: string;
  readonly cgroup: string;
  readonly cmdline: string;
  readonly environ: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** What runs for longer than this hardly becomes another program. */
const YOUNG_MS = 2000;

class Sampler {
  readonly seen = new Map<string, Seen>();
  readonly #known = new Map<string, { readonly since: number; cmdline: string }>();

  sample(all: boolean): void {
    const now = Date.now();
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const present = new Set(pids);
    for (const pid of this.#known.keys()) if (!present.has(pid)) this.#known.delete(pid);
    for (const pid of pids) {
      const known = this.#known.get(pid);
      if (known && !all && now - known.since > YOUNG_MS) continue;
      const cmdline = read(`/proc/${pid}/cmdline`);
      if (cmdline === "" || cmdline === known?.cmdline) continue;
      this.#known.set(pid, { since: known?.since ?? now, cmdline });
      this.#keep({
        pid,
        cmdline,
        environ: read(`/proc/${pid}/environ`),
        cgroup: read(`/proc/${pid}/cgroup`),
      });
    }
  }

  #keep(process: Seen): void {
    const { cgroup, cmdline, environ } = process;
    this.seen.set(createHash("sha256").update(`${cgroup}\0${cmdline}\0${environ}`).digest("hex"), process);
  }
}

const until = Date.now() + Number(process.argv[2] ?? "5") * 1000;
const sampler = new Sampler();
for (let round = 0; Date.now() < until; round++) sampler.sample(round % 200 === 0);
process.stdout.write(`${JSON.stringify([...sampler.seen.values()])}\n`);
