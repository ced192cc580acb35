import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { authorityCertificate, issuerOf } from "../docker/authority";
import { connectDocker } from "../docker/connect";
import { issueOnHost, OUT } from "../docker/issue";
import { UserError } from "../ui/errors";
import { Output } from "../ui/output";
import { up } from "./up";

/** Prints the authority's certificate, or writes it to a file. Its key never leaves its volume. @returns exit code */
export async function caExport(context: Context, options: { readonly out?: string }): Promise<number> {
  const { settings } = readStackConfig(context);
  const { docker } = await connectDocker(settings);
  const pem = await authorityCertificate(docker, settings);
  if (options.out === undefined) process.stdout.write(pem);
  else {
    writeFileSync(options.out, pem);
    new Output(process.stderr).line(
      `Written to ${options.out}. Trust it in your browser or system to open the platform without a warning.`,
    );
  }
  return 0;
}

/**
 * Issues a client's certificate, for a gateway that asks for one: on the stack's host, where the authority's key stays.
 * @returns exit code
 */
export async function caClient(
  context: Context,
  name: string,
  options: { readonly out: string },
): Promise<number> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name))
    throw new UserError(`"${name}" is no name for a client: use letters, digits, ".", "_" and "-".`);
  const { settings } = readStackConfig(context);
  const { issuer, folder } = issuerOf(settings);
  const { docker } = await connectDocker(settings);
  const files = await issueOnHost(docker, settings.prefix, issuer, [
    ...["ca", "issue", "--ca-dir", folder, "--out", OUT, "--client", "--name", name, "--days", "397"],
  ]);
  mkdirSync(options.out, { recursive: true });
  const write = (file: string, content: string, mode: number): void =>
    writeFileSync(join(options.out, file), content, { mode });
  write(`${name}.key`, files.key, 0o600);
  write(`${name}.crt`, files.cert, 0o644);
  write("ca.crt", files.ca, 0o644);
  new Output(process.stderr).line(
    `${options.out}: ${name}.crt and ${name}.key are what the client shows, ca.crt is what it trusts. Whoever has the key is let in until the certificate ends, in 397 days.`,
  );
  return 0;
}

/** Issues the gateways' certificates anew, from the same authority: raises tlsEpoch and runs `up`. @returns exit code */
export async function caRenew(context: Context, options: { readonly yes: boolean }): Promise<number> {
  const { settings } = readStackConfig(context);
  const set = [`tlsEpoch=${settings.tlsEpoch + 1}`];
  return up(context, { yes: options.yes, set, unset: [] });
}
