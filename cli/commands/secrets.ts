import { UNKNOWN_HOST } from "../../model/host";
import { canonicalJson } from "../../model/canonical";
import { ProblemsError } from "../../model/problems";
import type { Credential } from "../../model/secrets";
import { loadPlan } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { credentialValues } from "../credentials";
import { Output } from "../ui/output";
import { table } from "../ui/table";

export interface SecretsOptions {
  readonly show: boolean;
  readonly json: boolean;
}

/**
 * The platform's credentials: names and purposes; values, on stdout alone, when they are asked for by name or by
 * `--show`. A lone value is printed bare, for `$(…)`. @returns exit code
 */
export async function secrets(
  context: Context,
  name: string | undefined,
  options: SecretsOptions,
): Promise<number> {
  const config = readStackConfig(context);
  // those that the operator brought are in the operator's own files
  const credentials = loadPlan(config.settings, UNKNOWN_HOST).credentials.filter(
    ({ file }) => file === undefined,
  );
  const chosen = select(credentials, name);
  const show = options.show || name !== undefined;
  const values = show
    ? await credentialValues(context, config, (line) => process.stderr.write(`${line}\n`))
    : undefined;
  const shown = chosen.map(({ id, username, purpose }) => {
    const password = values?.get(id)?.plain;
    return { id, username, purpose, ...(password === undefined ? {} : { password }) };
  });
  const out = new Output();
  const lone = shown.length === 1 && name === shown[0]?.id ? shown[0] : undefined;
  if (options.json) out.line(canonicalJson(shown, 2));
  else if (lone?.password !== undefined) out.line(lone.password);
  else {
    const columns = [
      { title: "NAME" },
      { title: "USER" },
      { title: "OPENS" },
      ...(show ? [{ title: "PASSWORD" }] : []),
    ];
    const rows = shown.map(({ id, username, purpose, password }) => [
      id,
      username,
      purpose,
      ...(show ? [password ?? "(made by the next up)"] : []),
    ]);
    table(columns, rows).forEach((line) => out.line(line));
    if (!show) out.line("\nValues: `./trade2026 secrets <name>`, or --show for all of them.");
  }
  return shown.some((one) => show && one.password === undefined) ? 1 : 0;
}

/** One by its name, those of a service by the service's, all without. @throws ProblemsError */
export function select(credentials: readonly Credential[], name: string | undefined): readonly Credential[] {
  if (name === undefined) return credentials;
  const exact = credentials.filter(({ id }) => id === name);
  const chosen = exact.length > 0 ? exact : credentials.filter(({ id }) => id.startsWith(`${name}-`));
  if (chosen.length > 0) return chosen;
  throw new ProblemsError("The arguments", [
    {
      path: "name",
      what: "names no credential",
      value: name,
      allowed: credentials.map(({ id }) => id).join(", "),
      fix: "choose one of them, or a service",
    },
  ]);
}
