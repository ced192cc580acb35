import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { composeExport, type ComposeFile } from "../../model/compose";
import { UNKNOWN_HOST } from "../../model/host";
import type { Plan } from "../../model/plan";
import { basicCredential, type SecretRef } from "../../model/secrets";
import { loadPlan } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { credentialValues, type CredentialValue } from "../credentials";
import { UserError } from "../ui/errors";
import { count } from "../ui/format";
import { Output } from "../ui/output";

export interface ExportComposeOptions {
  readonly out?: string;
  /** Write placeholders in place of the real credentials. */
  readonly secrets: boolean;
  readonly set: readonly string[];
}

/**
 * The same platform for Docker Compose: a file, and beside it a folder with what the containers read. Real
 * credentials come out of the stack's state. @returns exit code
 */
export async function exportCompose(context: Context, options: ExportComposeOptions): Promise<number> {
  const notes = new Output(process.stderr);
  const config = readStackConfig(context, { set: options.set });
  const plan = loadPlan(config.settings, UNKNOWN_HOST);
  const file = resolve(options.out ?? join(context.home, "compose", `${context.stack}.yaml`));
  const folder = `${basename(file).replace(/\.ya?ml$/, "")}.files`;
  const values = options.secrets
    ? await credentialValues(context, config, (line) => notes.line(line))
    : undefined;
  const exported = composeExport(plan, {
    folder: `./${folder}`,
    ...lanesOf(context, plan),
    inHouse: (service) => `${plan.settings.prefix}/${service}:current`,
    value: values === undefined ? placeholder : (ref) => supplied(plan, ref) ?? valueOf(plan, ref, values),
    header: header(plan, basename(file)),
  });
  const target = join(dirname(file), folder);
  writeFiles(target, exported.files);
  writeFileSync(file, exported.yaml);
  const secret = exported.files.filter((one) => one.secret).length;
  notes.line(`${file}`);
  notes.line(
    `${target}: ${count(exported.files.length, "file")}, ${secret} of them with ${values === undefined ? "placeholders: fill them in before you start anything" : "real credentials: only you can open the folder; keep it out of repositories and backups that others read"}.`,
  );
  return 0;
}

/** A GPU stack on the platform's host uses the networks of the platform's own exported project. */
function lanesOf(context: Context, { settings }: Plan): { readonly lanesOf?: string } {
  if (settings.kind !== "gpu" || settings.dockerHost !== "") return {};
  const stack = settings.platformStack.split("/").at(-1) ?? "";
  return { lanesOf: readStackConfig({ ...context, stack }).settings.prefix };
}

/** `--wait` takes a job that has ended for one that failed (seen with 2.26.1): so everything first, then the services. */
function header(plan: Plan, file: string): readonly string[] {
  const services = plan.containers.filter(({ role }) => role === "service").map(({ name }) => name);
  const compose = `docker compose -f ${file} up -d`;
  return [
    "Written by `./trade2026 export compose`: the same containers as `./trade2026 up` makes, on volumes of its own.",
    "Tried with Docker Compose 2.26.1. Wants free subnets and ports: not beside the platform itself.",
    "Images that are built here must exist: `./trade2026 images build`, and an `up` for the platform's own services.",
    "",
    `  ${compose} && ${compose} --wait ${services.join(" ")}`,
  ];
}

function placeholder({ credential, form }: SecretRef): string {
  return `REPLACE-WITH-${form === "plain" ? "PASSWORD" : form.toUpperCase()}-OF-${credential}`;
}

/** What the operator brought, out of the operator's own file. @throws Error when it cannot be read */
function supplied({ credentials }: Plan, ref: SecretRef): string | undefined {
  const file = credentials.find(({ id }) => id === ref.credential)?.file;
  return file === undefined ? undefined : readFileSync(file, "utf8").trim();
}

function valueOf(
  { credentials }: Plan,
  { credential, form }: SecretRef,
  values: ReadonlyMap<string, CredentialValue>,
): string {
  const value = values.get(credential);
  if (!value) {
    throw new UserError(
      `The state of this stack has no credential ${credential}: run \`./trade2026 up\` first, or export with --no-secrets.`,
    );
  }
  switch (form) {
    case "plain":
      return value.plain;
    case "bcrypt":
      return value.bcrypt;
    case "sha256":
      return createHash("sha256").update(value.plain).digest("hex");
    case "basic":
      return basicCredential(credentials.find(({ id }) => id === credential)?.username ?? "", value.plain);
  }
}

/**
 * The folder is the owner's alone, which guards the files on the host; each is readable in its container, whose user
 * is another one. What an earlier export left there is gone.
 */
function writeFiles(folder: string, files: readonly ComposeFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const { path, content } of files) {
    const file = join(folder, ...path.split("/"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o444 });
  }
}
