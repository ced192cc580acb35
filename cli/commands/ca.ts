import { writeFileSync } from "node:fs";
import { UNKNOWN_HOST } from "../../model/host";
import { loadPlan } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { readContainerFile } from "../docker/archive";
import { connectDocker } from "../docker/connect";
import { UserError } from "../ui/errors";
import { Output } from "../ui/output";
import { up } from "./up";

/** Prints the authority's certificate, or writes it to a file. Its key never leaves its volume. @returns exit code */
export async function caExport(context: Context, options: { readonly out?: string }): Promise<number> {
  const { settings } = readStackConfig(context);
  const issuer = loadPlan(settings, UNKNOWN_HOST).containers.find(
    ({ role, command }) => role === "job" && command?.[0] === "ca",
  );
  const folder = issuer?.command?.[issuer.command.indexOf("--ca-dir") + 1];
  if (!issuer || folder === undefined) throw new UserError("This stack has no certificate authority.");
  const { docker } = await connectDocker(settings);
  const pem = await readContainerFile(docker, `${settings.prefix}-${issuer.name}`, `${folder}/ca.crt`);
  if (pem === undefined)
    throw new UserError("There is no certificate authority yet: `./trade2026 up` makes it.");
  if (options.out === undefined) process.stdout.write(pem);
  else {
    writeFileSync(options.out, pem);
    new Output(process.stderr).line(
      `Written to ${options.out}. Trust it in your browser or system to open the platform without a warning.`,
    );
  }
  return 0;
}

/** Issues the gateways' certificates anew, from the same authority: raises tlsEpoch and runs `up`. @returns exit code */
export async function caRenew(context: Context, options: { readonly yes: boolean }): Promise<number> {
  const { settings } = readStackConfig(context);
  const set = [`tlsEpoch=${settings.tlsEpoch + 1}`];
  return up(context, { yes: options.yes, set, unset: [] });
}
