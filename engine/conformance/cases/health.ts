import type { Case, Options } from "../spec";
import { IMAGES, container, idle } from "../spec";

const OK = ["CMD", "/subject", "health", "ok"];
const LOOK = ["Config.Healthcheck"] as const;
const every = (interval: string, options?: Options) =>
  idle({ healthcheck: { tests: OK, interval } }, options);
export const healthCases: readonly Case[] = [
  {
    name: "health-durations",
    why: "what Go writes is stable, every other text of the time is an update for ever",
    one: {
      seconds: every("30s"),
      minute: every("1m0s"),
      fraction: every("1.5s"),
      milliseconds: every("500ms"),
      zero: every("0s"),
      sixty: every("60s"),
      bareMinute: every("1m"),
      half: every("0.5s"),
      timeout: idle({ healthcheck: { tests: OK, interval: "10s", timeout: "60s" } }),
      start: idle({ healthcheck: { tests: OK, interval: "10s", startPeriod: "60s" } }),
      all: idle({
        healthcheck: { tests: OK, interval: "1m30s", timeout: "5s", startPeriod: "1m0s", retries: 3 },
      }),
    },
    look: { sixty: LOOK, half: LOOK },
    outputs: { all: ["healthcheck"], sixty: ["healthcheck"] },
  },
  {
    name: "health-changed",
    why: "planned as an update, silently nothing",
    one: { interval: every("30s"), tests: every("30s") },
    two: {
      interval: every("20s"),
      tests: idle({ healthcheck: { tests: ["CMD", "/subject", "health", "fail"], interval: "30s" } }),
    },
    look: { interval: LOOK, tests: LOOK },
  },
  {
    name: "health-replaced",
    why: "replaceOnChanges with deleteBeforeReplace makes it real",
    one: { c: every("30s", { replaceOnChanges: ["healthcheck"], deleteBeforeReplace: true }) },
    two: { c: every("20s", { replaceOnChanges: ["healthcheck"], deleteBeforeReplace: true }) },
    look: { c: LOOK },
  },
  {
    name: "health-none",
    why: "switches the image's own off",
    one: {
      imageHasOne: idle({ image: IMAGES.healthy, healthcheck: { tests: ["NONE"] } }),
      imageHasNone: idle({ healthcheck: { tests: ["NONE"] } }),
    },
    look: { imageHasOne: LOOK },
  },
  {
    name: "health-of-image",
    why: "not declared: what the image says is no drift",
    one: { c: idle({ image: IMAGES.healthy, wait: true, waitTimeout: 30 }) },
    look: { c: [...LOOK, "State.Health.Status"] },
    outputs: { c: ["healthcheck"] },
  },
  {
    name: "health-waited",
    why: "create returns when the container is healthy",
    one: {
      c: container({
        networkMode: "none",
        healthcheck: { tests: OK, interval: "1s", timeout: "5s", retries: 3 },
        wait: true,
        waitTimeout: 30,
      }),
      after: idle({}, { dependsOn: ["c"] }),
    },
    two: {
      c: container({
        networkMode: "none",
        healthcheck: { tests: OK, interval: "1s", timeout: "5s", retries: 3 },
        wait: true,
        waitTimeout: 40,
      }),
      after: idle({}, { dependsOn: ["c"] }),
    },
    look: { c: ["State.Health.Status"] },
  },
];
