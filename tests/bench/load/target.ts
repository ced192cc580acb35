import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../stacks/inputs";
import type { ShownSecret } from "../../e2e/harness/access";
import { Api } from "../../e2e/trading/api";

/** A platform that is up, as a client outside has it. */
export interface Target {
  readonly base: string;
  readonly caFile: string;
  /** Of an admin; good for ten minutes. */
  readonly tokenFile: string;
  /** For this run's files. */
  readonly folder: string;
  readonly renew: () => Promise<void>;
}

/** Logs in to the platform of this home, with the credential that its command shows. */
export async function targetOf(home: string, httpsPort: number): Promise<Target> {
  const trade2026 = (...args: readonly string[]): string =>
    execFileSync(join(ROOT, "trade2026"), args, {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, TRADE2026_HOME: home },
    });
  const folder = join(home, "load");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const base = `https://localhost:${httpsPort}`;
  const ca = trade2026("ca", "export");
  const secrets = JSON.parse(trade2026("secrets", "--show", "--json")) as readonly ShownSecret[];
  const admin = secrets.find(({ id }) => id === "authn-admin");
  if (!admin) throw new Error("the platform shows no credential authn-admin");
  const target: Target = {
    base,
    folder,
    caFile: join(folder, "ca.pem"),
    tokenFile: join(folder, "token"),
    renew: async () => {
      const api = new Api(base, ca);
      const token = await api.login(admin.username, admin.password);
      api.close();
      writeFileSync(target.tokenFile, token, { mode: 0o600 });
    },
  };
  writeFileSync(target.caFile, ca);
  await target.renew();
  return target;
}
