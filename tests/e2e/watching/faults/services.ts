import { execFileSync } from "node:child_process";
import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wellAgain } from "../../harness/well";
import type { Fault } from "./fault";

/** Leaves less than a tenth of the disk that the engine keeps its volumes on, and never less than this. */
const LEAVES_BYTES = 4 * 1024 ** 3;

export const diskFull: Fault = {
  tells: [["DiskSpaceCritical", "host"]],
  make: async (operator) => {
    const { DockerRootDir } = (await operator.docker.info()) as { readonly DockerRootDir: string };
    const { bavail, blocks, bsize } = statfsSync(DockerRootDir);
    const leaves = 0.09 * blocks * bsize;
    if (leaves < LEAVES_BYTES) throw new Error(`the disk of ${DockerRootDir} is too small to fill it up`);
    const file = join(DockerRootDir, "e2e-filler");
    // takes the space without writing it
    execFileSync("fallocate", ["-l", String(Math.max(1, Math.floor(bavail * bsize - leaves))), file]);
    return async () => rmSync(file);
  },
};

/** A limit that is hardly more than it uses. */
export const memoryShort: Fault = {
  tells: [["MemoryCritical", "opa"]],
  make: async (operator) => {
    const container = operator.container("opa");
    const { HostConfig } = await container.inspect();
    const used = await operator.number('max(container_memory_working_set_bytes{service="opa"})');
    const limit = (bytes: number): Promise<unknown> => container.update({ Memory: bytes, MemorySwap: bytes });
    await limit(Math.ceil(used / 0.94));
    return async () => void (await limit(HostConfig.Memory ?? 0));
  },
};

export const restartsAgainAndAgain: Fault = {
  tells: [["RestartLoop", "exeq"]],
  make: async (operator) => {
    // each start is seen by one scrape at least
    for (let times = 0; times < 6; times++) {
      await operator.container("exeq").restart();
      await sleep(20_000);
    }
    return async () => void (await wellAgain(operator.docker, "exeq", 120));
  },
};

/** What is down says so itself; that its promise is broken is told when it is back. */
export const awayForMinutes: Fault = {
  tells: [
    ["ServiceDown", "normalizer"],
    ["ErrorBudgetBurnsFast", "normalizer"],
  ],
  make: async (operator) => {
    const start = await operator.stop("normalizer");
    await sleep(200_000);
    await start();
    return async () => undefined;
  },
};
