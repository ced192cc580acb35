import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigFields } from "../../services/kit/config";
import { startService, type RunningService, type ServiceDefinition } from "../../services/kit/service";
import type { Caller } from "../../services/kit/auth";
import type { Store } from "./stores";

/** The stores have no passwords; services want one all the same. */
export function credentials(): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "t26services-"));
  const path = join(folder, "password");
  writeFileSync(path, "any");
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

export function natsEnv(nats: Store, password: string): Readonly<Record<string, string>> {
  return {
    NATS_URL: `nats://${nats.host}:${nats.port}`,
    NATS_USERNAME: "test",
    NATS_PASSWORD_FILE: password,
  };
}

export function startForTest<Fields extends ConfigFields>(
  definition: ServiceDefinition<Fields>,
  env: Readonly<Record<string, string>>,
): Promise<RunningService> {
  const common = { HTTP_HOST: "127.0.0.1", HTTP_PORT: "0", LOG_LEVEL: "error", DRAIN_DELAY_MS: "0" };
  return startService(definition, { ...common, AUTHN_URL: "http://127.0.0.1:1", ...env });
}

/** Whoever says its role has it. */
export const verify = (token: string): Promise<Caller> =>
  Promise.resolve({ subject: "test", kind: "user", role: token as Caller["role"], accounts: ["*"] });

export async function ask(
  service: RunningService,
  path: string,
  role?: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    headers: role === undefined ? {} : { authorization: `Bearer ${role}` },
  });
  return { status: response.status, body: await response.json() };
}
