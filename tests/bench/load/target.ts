import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type Docker from "dockerode";
import { GATEWAY_PORTS } from "../../../components/gateway/gateway";
import { ROOT } from "../../../stacks/inputs";
import type { ShownSecret } from "../../e2e/harness/access";
import { Api } from "../../e2e/trading/api";

/** A platform that is up, as a client on its frontend lane has it. */
export interface Target {
  readonly prefix: string;
  /** Name in the gateway's certificate, and where the gateway is on the lane. */
  readonly gateway: { readonly host: string; readonly address: string; readonly port: number };
  /** Of the authority that signed it, PEM. */
  readonly ca: string;
  /** A new token of an admin; good for ten minutes. */
  readonly token: () => Promise<string>;
}

const HOST = "localhost";

/** Logs in to the platform of this home, with the credential that its command shows. */
export async function targetOf(
  docker: Docker,
  { prefix, home, httpsPort }: { readonly prefix: string; readonly home: string; readonly httpsPort: number },
): Promise<Target> {
  const trade2026 = (...args: readonly string[]): string =>
    execFileSync(join(ROOT, "trade2026"), args, {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, TRADE2026_HOME: home },
    });
  const ca = trade2026("ca", "export");
  const secrets = JSON.parse(trade2026("secrets", "--show", "--json")) as readonly ShownSecret[];
  const admin = secrets.find(({ id }) => id === "authn-admin");
  if (!admin) throw new Error("the platform shows no credential authn-admin");
  const { NetworkSettings } = await docker.getContainer(`${prefix}-gateway`).inspect();
  const address = NetworkSettings.Networks[`${prefix}-frontend`]?.IPAddress;
  if (address === undefined) throw new Error(`${prefix}-gateway is not on ${prefix}-frontend`);
  return {
    prefix,
    gateway: { host: HOST, address, port: GATEWAY_PORTS.https },
    ca,
    token: async () => {
      const api = new Api(`https://${HOST}:${httpsPort}`, ca);
      try {
        return await api.login(admin.username, admin.password);
      } finally {
        api.close();
      }
    },
  };
}
