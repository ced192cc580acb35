import { execFileSync } from "node:child_process";
import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TEST_LABELS } from "../../harness/client";
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

/** The least that the engine allows. */
const LEAST = 6 * 1024 ** 2;

/** Started with less memory than it needs. */
export const killedForMemory: Fault = {
  tells: [["OutOfMemoryKill", "opa"]],
  make: async (operator) => {
    const container = operator.container("opa");
    const { HostConfig } = await container.inspect();
    const startedWith = async (bytes: number): Promise<void> => {
      await container.stop();
      await operator.limitMemory("opa", bytes);
      // the engine says that it could not be started when it is ended at once
      await container.start().catch(() => undefined);
    };
    await startedWith(LEAST);
    await sleep(30_000);
    await startedWith(HostConfig.Memory ?? 0);
    return async () => void (await wellAgain(operator.docker, "opa", 120));
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

/** Leaves this share of the host's memory. */
const LEFT = 0.04;
/** Takes memory until so little is left, and holds it. */
const HOG = `
  const { readFileSync } = require("node:fs");
  const kib = (word) => Number(new RegExp(word + ":\\\\s+(\\\\d+)").exec(readFileSync("/proc/meminfo", "utf8"))[1]);
  const held = [];
  setInterval(() => {
    const left = kib("MemAvailable") / kib("MemTotal");
    if (left > ${LEFT}) held.push(Buffer.alloc(64 * 1024 ** 2, 1));
    else if (left < ${LEFT} / 2) held.pop();
  }, 50);
`;

/** Somebody beside the platform takes the host's memory. What the kernel ends first is that. */
export const memoryGone: Fault = {
  tells: [["HostMemoryCritical", "host"]],
  make: async (operator) => {
    const { Image } = await operator.container("welcome").inspect();
    const hog = await operator.docker.createContainer({
      Image,
      Labels: { ...TEST_LABELS },
      Entrypoint: ["node", "-e", HOG],
      HostConfig: { NetworkMode: "none", OomScoreAdj: 1000 },
    });
    await hog.start();
    return () => hog.remove({ force: true });
  },
};
