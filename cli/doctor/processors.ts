import { readFileSync } from "node:fs";
import type { Check } from "./check";
import { quietly } from "./quietly";

const POLL = "/sys/module/haltpoll/parameters/guest_halt_poll_ns";
const DRIVER = "/sys/devices/system/cpu/cpuidle/current_driver";

/**
 * How this machine's processors sleep. A KVM guest that does not ask for work a moment longer before it does (the kernel's own
 * value: 200 µs) is woken by its host for each message: docs/benchmarks.md has what that costs an order.
 */
export function processorChecks(read = readText): readonly Check[] {
  if (read(DRIVER) !== "haltpoll" || read(POLL) !== "0") return [];
  return [
    {
      about: "processors",
      state: "warning",
      found:
        "this virtual machine's processors sleep as soon as nothing is to do: at low rates an order takes about twice as long",
      fix: `as root, if latency matters: echo 200000 > ${POLL} (docs/operations/load.md)`,
    },
  ];
}

/** @returns nothing where the kernel has no such file */
const readText = (file: string): string | undefined =>
  quietly(() => readFileSync(file, "utf8").trim(), undefined);
