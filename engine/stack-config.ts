import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { StackProblemError } from "./errors";
import { configFile } from "./home";
import type { Home } from "./home";

export type ConfigEntry = string | { readonly value: string; readonly secret?: boolean };
/** The path of a `Pulumi.<stack>.yaml`, or values by full key (`trade2026:prefix`). */
export type StackConfig = string | Readonly<Record<string, ConfigEntry>>;

interface StackFile {
  encryptionsalt?: string;
  config?: Record<string, unknown>;
}

/**
 * Writes the copy of a stack's configuration that the engine works with. The salt that Pulumi adds to it stays in
 * the copy, so the file in the checkout is never touched.
 * @param overrides values laid over it, by full key
 */
export function writeStackConfig(
  home: Home,
  stack: string,
  config: StackConfig | undefined,
  overrides: Readonly<Record<string, string>> = {},
): void {
  const file = configFile(home, stack);
  const old = existsSync(file) ? readStackFile(file) : {};
  const given: StackFile =
    typeof config === "string" ? readStackFile(config) : { config: plainEntries(config ?? {}) };
  // The copy's own first: plain `pulumi` writes the salt of another backend into the checkout's file.
  const salt = old.encryptionsalt ?? given.encryptionsalt;
  const text = stringify({
    ...(salt === undefined ? {} : { encryptionsalt: salt }),
    config: { ...given.config, ...structured(overrides) },
  });
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text, { mode: 0o600 });
}

/** Objects and lists as such: the project's schema takes no text for them. */
function structured(overrides: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(overrides).map(([key, text]) => [
      key,
      /^\s*[{[]/.test(text) ? (JSON.parse(text) as unknown) : text,
    ]),
  );
}

/** The project file beside the copies: the checkout's own (with its configuration schema), pointed at the checkout. */
export function writeProjectFile(home: Home, root: string, project: string): void {
  const source = join(root, "Pulumi.yaml");
  const settings = existsSync(source) ? (readYaml(source) as Record<string, unknown>) : {};
  const name = settings["name"] ?? project;
  if (name !== project) {
    throw new StackProblemError(`${source} is the project "${String(name)}", not "${project}".`);
  }
  const { backend: _backend, stackConfigDir: _folder, ...rest } = settings;
  const text = stringify({ ...rest, name, runtime: "nodejs", main: root });
  const file = join(home.config, "Pulumi.yaml");
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

function readStackFile(file: string): StackFile {
  if (!existsSync(file)) {
    throw new StackProblemError(`There is no stack configuration ${file}. Name a stack that has one.`);
  }
  const content = readYaml(file);
  if (content === null || content === undefined) return {};
  const { config, encryptionsalt } = content as {
    readonly config?: unknown;
    readonly encryptionsalt?: unknown;
  };
  const usable =
    typeof content === "object" && (config === undefined || config === null || typeof config === "object");
  if (!usable) throw new StackProblemError(`${file} must have a map under "config:".`);
  return {
    ...(typeof encryptionsalt === "string" ? { encryptionsalt } : {}),
    ...(config === undefined || config === null ? {} : { config: config as Record<string, unknown> }),
  };
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new StackProblemError(`${file} cannot be read as YAML: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function plainEntries(entries: Readonly<Record<string, ConfigEntry>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => {
      if (typeof entry === "string") return [key, entry];
      if (entry.secret === true) {
        throw new StackProblemError(
          `The secret setting "${key}" cannot be given in plain: set it with "pulumi config set --secret".`,
        );
      }
      return [key, entry.value];
    }),
  );
}
