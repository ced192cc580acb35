import { connect } from "node:tls";
import type { Plan } from "../../model/plan";
import type { Check } from "./check";

const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/** How long the gateway's certificate is good, read from its TLS port. */
export async function certificateChecks(plan: Plan): Promise<readonly Check[]> {
  const port = plan.hostPorts.find(({ name }) => name === "https");
  const about = "certificate";
  if (!port) return [];
  const name = plan.settings.hostNames[0] ?? "localhost";
  const until = await validUntil(port.address, port.host, name);
  if (until === undefined)
    return [
      {
        about,
        state: "unknown",
        found: `the gateway does not answer on ${port.address}:${port.host}; it is looked at when the platform is up`,
      },
    ];
  return [certificateCheck(until, Date.now())];
}

export function certificateCheck(until: Date, nowMs: number): Check {
  const days = Math.floor((until.getTime() - nowMs) / DAY_MS);
  const date = until.toISOString().slice(0, 10);
  const fix = "./trade2026 ca renew";
  if (days < 0)
    return {
      about: "certificate",
      state: "problem",
      found: `the gateway's certificate ended on ${date}`,
      fix,
    };
  if (days < WARN_DAYS)
    return {
      about: "certificate",
      state: "warning",
      found: `the gateway's certificate ends on ${date}, in ${days} days`,
      fix,
    };
  return {
    about: "certificate",
    state: "ok",
    found: `the gateway's certificate is good until ${date}, ${days} days`,
  };
}

/** Any certificate will do: it is looked at, not trusted. */
function validUntil(host: string, port: number, servername: string): Promise<Date | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername, rejectUnauthorized: false, timeout: 2000 });
    const end = (date: Date | undefined): void => {
      socket.destroy();
      resolve(date);
    };
    socket.on("secureConnect", () => end(new Date(socket.getPeerCertificate().valid_to)));
    socket.on("error", () => end(undefined));
    socket.on("timeout", () => end(undefined));
  });
}
