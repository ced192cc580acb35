import type { Case } from "../spec";
import { idle, unstarted } from "../spec";

const MEMORY = ["HostConfig.Memory", "HostConfig.MemorySwap"] as const;
const swap = (memory: number, memorySwap: number) => idle({ memory, memorySwap });
const requests = (request: {
  driver: string;
  count?: number;
  deviceIds?: string[];
  capabilities?: string[];
}) => unstarted({ deviceRequests: [request] });

export const limitCases: readonly Case[] = [
  {
    name: "memory-with-swap",
    why: "both set: stable, and lowered in place",
    one: { c: swap(96, 96) },
    two: { c: swap(64, 64) },
    look: { c: MEMORY },
    outputs: { c: ["memory", "memorySwap"] },
  },
  {
    name: "memory-without-swap",
    why: "the engine sets twice the memory as swap: an update for ever",
    one: { c: idle({ memory: 64 }) },
    look: { c: MEMORY },
    outputs: { c: ["memory", "memorySwap"] },
  },
  {
    name: "memory-swap-unlimited",
    why: "-1 is no limit",
    one: { c: idle({ memory: 64, memorySwap: -1 }) },
    look: { c: MEMORY },
  },
  {
    name: "memory-removed",
    why: "limits taken away in the program",
    one: { c: swap(64, 64) },
    two: { c: idle() },
    look: { c: MEMORY },
  },
  {
    name: "cpus",
    why: "the text that the provider reads back is stable, every other text of the number replaces every time",
    one: {
      half: idle({ cpus: "0.5" }),
      quarter: idle({ cpus: "0.25" }),
      tenth: idle({ cpus: "0.1" }),
      more: idle({ cpus: "1.5" }),
      zero: idle({ cpus: "0.50" }),
      point: idle({ cpus: "1.0" }),
      whole: idle({ cpus: "1" }),
      small: idle({ cpus: "0.05" }),
    },
    look: { whole: ["HostConfig.NanoCpus"], small: ["HostConfig.NanoCpus"] },
    outputs: { whole: ["cpus"], small: ["cpus"], quarter: ["cpus"] },
  },
  {
    name: "device-requests",
    why: "all three forms are stable on a container that is never started",
    one: {
      count: requests({ driver: "nvidia", count: 2, capabilities: ["gpu"] }),
      all: requests({ driver: "nvidia", count: -1, capabilities: ["gpu"] }),
      ids: requests({ driver: "nvidia", deviceIds: ["0", "1"], capabilities: ["gpu", "utility"] }),
      cdi: requests({ driver: "cdi", deviceIds: ["nvidia.com/gpu=all"] }),
    },
    two: {
      count: requests({ driver: "nvidia", count: 1, capabilities: ["gpu"] }),
      all: requests({ driver: "nvidia", count: -1, capabilities: ["gpu"] }),
      ids: requests({ driver: "nvidia", deviceIds: ["1", "0"], capabilities: ["utility", "gpu"] }),
      cdi: requests({ driver: "cdi", deviceIds: ["nvidia.com/gpu=0"] }),
    },
    look: {
      count: ["HostConfig.DeviceRequests"],
      all: ["HostConfig.DeviceRequests"],
      ids: ["HostConfig.DeviceRequests"],
      cdi: ["HostConfig.DeviceRequests"],
    },
  },
];
