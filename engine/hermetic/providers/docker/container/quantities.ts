import type Docker from "dockerode";
import type { InspectDeviceRequest } from "./inspect";

/** `0.5` CPUs as billionths, exactly. Error texts as the official plugin's. */
export function parseCpus(value: string): number {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(value);
  if (match === null || value === "" || value === ".") {
    throw new Error(`Error setting cpus: failed to parse ${value} as a rational number`);
  }
  const fraction = match[2] ?? "";
  if (fraction.replace(/0+$/, "").length > 9) throw new Error("Error setting cpus: value is too precise");
  return Number(match[1] === "" ? "0" : match[1]) * 1e9 + Number(fraction.padEnd(9, "0").slice(0, 9));
}

/**
 * Billionths of a CPU as the official plugin spells them. Its rule has a flaw that is kept: whole numbers come back
 * as `1.0`, and 0.05 as `0.1`, so only some spellings ever settle (`1.0`, `0.5`, `0.25`; never `1` or `0.50`).
 */
export function formatCpus(nano: number): string {
  const long = (nano / 1e9).toFixed(9);
  if (long.split("0").length - 1 === 9) return (nano / 1e9).toFixed(1);
  return long.replace(/0+$/, "");
}

/**
 * The `gpus` input. `all` works; of a list of devices the official plugin sends only the first, together with a
 * count, which the daemon then refuses or misreads: mimicked, so that nobody relies on it.
 */
export function parseGpus(value: string): Docker.DeviceRequest[] {
  const plain = value.trim().replace(/^["']+|["']+$/g, "");
  if (plain === "all") return [gpuRequest({ Count: -1 })];
  if (/^\d+$/.test(plain)) return [gpuRequest({ Count: Number(plain) })];
  const first = /^device=([^,]+)/.exec(plain)?.[1];
  if (first === undefined) throw new Error(`Error setting gpus: invalid value "${value}"`);
  return [gpuRequest(plain.includes(",") ? { DeviceIDs: [first], Count: 1 } : { DeviceIDs: [first] })];
}

function gpuRequest(part: Partial<Docker.DeviceRequest>): Docker.DeviceRequest {
  return { Driver: "", Count: 0, DeviceIDs: [], Capabilities: [["gpu"]], Options: {}, ...part };
}

/** What a refresh makes of device requests; undefined where `gpus` cannot say it. */
export function formatGpus(requests: readonly InspectDeviceRequest[]): string | undefined {
  if (requests.length === 0) return "";
  const [request] = requests;
  if (request === undefined || requests.length !== 1) return undefined;
  if ((request.DeviceIDs ?? []).length > 0) return `device=${(request.DeviceIDs ?? []).join(",")}`;
  const gpu = (request.Capabilities ?? []).flat().some((capability) => capability.toLowerCase() === "gpu");
  return request.Count === -1 && gpu ? "all" : undefined;
}
