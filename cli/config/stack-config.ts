import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { canonicalJson } from "../../model/canonical";
import { assertNoProblems, ProblemsError, type Problem } from "../../model/problems";
import { parseSettings, SETTINGS, type Settings } from "../../model/settings";
import type { Context } from "../context";
import { assign, overlay, parseAssignments, parsePath, unassign, type RawSettings } from "./assignments";

const NAMESPACE = "trade2026:";

/** What this checkout remembers of a stack between runs; the stack's own file stays as it is in git. */
export interface Remembered {
  /** Settings given by `--set`, and the image mode once it is decided. */
  readonly settings: RawSettings;
  /** Why the image mode is what it is, when the command chose it; absent when a person did. */
  readonly imagesReason?: string;
  /** The prefix under which this checkout has begun to create things: what carries it and no state knows is its leftover. */
  readonly claimed?: string;
}

/** A stack's settings with where they come from. */
export interface StackConfig {
  /** Pulumi.<stack>.yaml; a stack that `--set` made has none. */
  readonly file?: string;
  readonly remembered: Remembered;
  readonly settings: Settings;
  /** Keys whose value is not the file's, as the engine wants them: `trade2026:subnets` → text. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Whether a person, in the file or by `--set`, chose the image mode. */
  readonly imagesChosen: boolean;
}

export interface ConfigChange {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
}

/**
 * Reads Pulumi.<stack>.yaml, lays what is remembered and `--set` over it, and parses the whole. A stack needs no file
 * when `--set` gives, or gave, it a prefix of its own: another platform on the same host.
 * @throws ProblemsError with every problem of the arguments, or of the settings
 */
export function readStackConfig(context: Context, change: ConfigChange = {}): StackConfig {
  const file = stackFile(context);
  const fromFile = file === undefined ? {} : ownSettings(file);
  const { remembered, problems } = changed(readRemembered(context), change);
  // Without a prefix of its own it would be the same containers as the stack that has the default one.
  if (file === undefined && !("prefix" in remembered.settings)) throw unknownStack(context);
  const raw = overlay(fromFile, remembered.settings);
  const settings = parsed(raw, problems);
  const overrides = Object.keys(remembered.settings).map(
    (key) => [`${NAMESPACE}${key}`, asText(raw[key])] as const,
  );
  return {
    ...(file === undefined ? {} : { file }),
    remembered,
    settings,
    overrides: Object.fromEntries(overrides),
    imagesChosen:
      "images" in fromFile || ("images" in remembered.settings && remembered.imagesReason === undefined),
  };
}

/** The same stack with one more setting decided by the command itself. */
export function withImages(config: StackConfig, images: Settings["images"], reason: string): StackConfig {
  return {
    ...config,
    remembered: {
      ...config.remembered,
      settings: { ...config.remembered.settings, images },
      imagesReason: reason,
    },
    settings: { ...config.settings, images },
    overrides: { ...config.overrides, [`${NAMESPACE}images`]: images },
  };
}

export function remember(context: Context, remembered: Remembered): void {
  const file = rememberedFile(context);
  mkdirSync(dirname(file), { recursive: true });
  // In one step: a run that is killed here leaves the old file or the new one.
  writeFileSync(`${file}.new`, `${canonicalJson(remembered, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** After everything is gone: only what a person has set stays. @returns that, in words */
export function forgetPlatform(context: Context, remembered: Remembered): readonly string[] {
  const left = chosenSettings(remembered);
  if (Object.keys(left).length === 0) rmSync(rememberedFile(context), { force: true });
  else remember(context, { settings: left });
  return inWords(left);
}

/** What a person has given by --set in other commands than the one with these, in words. */
export function givenBefore(remembered: Remembered, set: readonly string[]): readonly string[] {
  const now = parseAssignments(set).assignments.map(({ path: [key] }) => key);
  const before = Object.entries(chosenSettings(remembered)).filter(([key]) => !now.includes(key));
  return inWords(Object.fromEntries(before));
}

function chosenSettings({ settings, imagesReason }: Remembered): RawSettings {
  const { images: _, ...others } = settings;
  return imagesReason === undefined ? settings : others;
}

/** `key=value`; of a long one its name is enough. */
const inWords = (settings: RawSettings): readonly string[] =>
  Object.entries(settings).map(([key, value]) => {
    const text = asText(value);
    return `${key}=${text.length > 60 ? "…" : text}`;
  });

function rememberedFile({ home, stack }: Context): string {
  return join(home, "config", `${stack}.json`);
}

function readRemembered(context: Context): Remembered {
  const file = rememberedFile(context);
  if (!existsSync(file)) return { settings: {} };
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Remembered;
  } catch (error) {
    throw new ProblemsError("The settings that this checkout remembers", [
      {
        path: file,
        what: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        fix: "delete the file and give the settings again with --set",
      },
    ]);
  }
}

/** @throws ProblemsError with the mistakes of the arguments and those of the settings, all at once */
function parsed(raw: RawSettings, problems: readonly Problem[]): Settings {
  try {
    const settings = parseSettings(raw);
    assertNoProblems("The stack's settings", problems);
    return settings;
  } catch (error) {
    if (!(error instanceof ProblemsError) || error.problems === problems) throw error;
    throw new ProblemsError(error.subject, [...problems, ...error.problems]);
  }
}

function changed(
  remembered: Remembered,
  { set = [], unset = [] }: ConfigChange,
): { readonly remembered: Remembered; readonly problems: readonly Problem[] } {
  const { assignments, problems } = parseAssignments(set);
  const forgotten = unset.map((text) => ({ text, path: parsePath(text) ?? [] }));
  const unknown = forgotten.filter(
    ({ path: [key = ""] }) => !SETTINGS.includes(key) && !(key in remembered.settings),
  );
  const without = forgotten.reduce<RawSettings>(
    (settings, { path }) => unassign(settings, path),
    remembered.settings,
  );
  const settings = assign(without, assignments);
  const { imagesReason, ...rest } = remembered;
  const touched = [...assignments, ...forgotten].some(({ path }) => path[0] === "images");
  return {
    remembered: { ...rest, settings, ...(imagesReason === undefined || touched ? {} : { imagesReason }) },
    problems: [
      ...problems,
      ...unknown.map(({ text }) => ({
        path: `--unset ${text}`,
        what: "names no setting",
        value: text,
        allowed: SETTINGS.join(", "),
        fix: "write the setting's name as it was given by --set, without its value",
      })),
    ],
  };
}

/** @throws ProblemsError when the name is none that a file can have */
function stackFile(context: Context): string | undefined {
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(context.stack)) throw unknownStack(context);
  const file = join(context.root, `Pulumi.${context.stack}.yaml`);
  return existsSync(file) ? file : undefined;
}

function unknownStack({ root, home, stack }: Context): ProblemsError {
  const named = [
    ...stacksIn(root, /^Pulumi\.([^.]+)\.yaml$/),
    ...stacksIn(join(home, "config"), /^([^.]+)\.json$/),
  ];
  return new ProblemsError("The arguments", [
    {
      path: "--stack",
      what: "there is no such stack",
      value: stack,
      allowed: [...new Set(named)].sort().join(", "),
      fix: `choose one of them; a new one takes a prefix of its own: ./trade2026 up --stack <name> --set prefix=<prefix>`,
    },
  ]);
}

function stacksIn(folder: string, pattern: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => pattern.exec(name)?.[1] ?? []);
}

function ownSettings(file: string): RawSettings {
  let document: unknown;
  try {
    document = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ProblemsError("The stack's settings", [
      {
        path: file,
        what: `is not YAML: ${error instanceof Error ? error.message : String(error)}`,
        fix: "correct the syntax",
      },
    ]);
  }
  const config = (document as { readonly config?: RawSettings } | null)?.config ?? {};
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), value]),
  );
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
