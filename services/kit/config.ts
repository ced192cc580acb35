import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { z } from "zod";

/**
 * A credential. It shows itself only to who asks: printed, logged or put into JSON it says "[secret]".
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** One zod schema per environment variable; the name of the variable is the name of the field. */
export type ConfigFields = Readonly<Record<string, z.ZodType>>;
export type ConfigOf<Fields extends ConfigFields> = {
  readonly [Name in keyof Fields]: z.output<Fields[Name]>;
};
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every mistake in the settings at once; never holds the value of a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(`settings: ${problems.join("; ")}`);
  }
}

/**
 * Reads the fields from the environment. A field of kind {@link secret} called X is read from the file named by
 * X_FILE, without the newline at its end. An empty variable counts as unset.
 *
 * @throws {ConfigError} which lists every problem
 */
export function readConfig<Fields extends ConfigFields>(fields: Fields, env: Environment): ConfigOf<Fields> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(fields)) {
    const given = lookUp(name, isSecret(schema), env);
    if (given.kind === "problem") {
      problems.push(given.text);
      continue;
    }
    const parsed = schema.safeParse(given.value);
    if (parsed.success) {
      values[name] = parsed.data;
    } else if (given.value === undefined) {
      problems.push(`${isSecret(schema) ? `${name}_FILE` : name} is missing`);
    } else {
      const why = parsed.error.issues.map((issue) => issue.message).join(", ");
      problems.push(
        isSecret(schema) ? `${name}_FILE: ${why}` : `${name}=${JSON.stringify(given.value)}: ${why}`,
      );
    }
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return values as ConfigOf<Fields>;
}

type Given =
  | { readonly kind: "value"; readonly value: string | Secret | undefined }
  | { readonly kind: "problem"; readonly text: string };

function lookUp(name: string, wantsFile: boolean, env: Environment): Given {
  if (!wantsFile) {
    return { kind: "value", value: env[name] === "" ? undefined : env[name] };
  }
  if (env[name]) {
    return { kind: "problem", text: `${name}: a credential comes as a file, set ${name}_FILE to its path` };
  }
  const path = env[`${name}_FILE`];
  if (!path) {
    return { kind: "value", value: undefined };
  }
  try {
    return { kind: "value", value: new Secret(readFileSync(path, "utf8").replace(/\r?\n$/, "")) };
  } catch (error) {
    return { kind: "problem", text: `${name}_FILE=${JSON.stringify(path)}: ${(error as Error).message}` };
  }
}

const secretSchema = z
  .instanceof(Secret)
  .refine((value) => value.reveal().length > 0, { error: "the file is empty" });

/** Optional and required secrets are these two schemas, so that the reader recognises them by identity. */
const optionalSecretSchema = secretSchema.optional();

function isSecret(schema: z.ZodType): boolean {
  return schema === secretSchema || schema === optionalSecretSchema;
}

/** A credential from a file: field NATS_PASSWORD, variable NATS_PASSWORD_FILE. */
export const secret = (): typeof secretSchema => secretSchema;
export const optionalSecret = (): typeof optionalSecretSchema => optionalSecretSchema;

export const text = (): z.ZodString => z.string().min(1);

/** A port to listen on; 0 lets the system choose. */
export const port = (fallback: number) => wholeNumber(0, 65535).default(fallback);

/** Milliseconds. */
export const milliseconds = (fallback: number) => wholeNumber(0, 86_400_000).default(fallback);

export function wholeNumber(from: number, to: number) {
  const error = `wants a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .refine((value) => value >= from && value <= to, { error });
}

/** An URL with one of the protocols, given without colon, without credentials in it. */
export function url(...protocols: readonly string[]) {
  return z.string().transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    if (!parsed || !protocols.includes(parsed.protocol.slice(0, -1))) {
      context.addIssue({
        code: "custom",
        message: `wants an URL that begins with ${protocols.join(":// or ")}://`,
      });
      return z.NEVER;
    }
    if (parsed.username || parsed.password) {
      context.addIssue({ code: "custom", message: "holds a credential; that comes in a file" });
      return z.NEVER;
    }
    return value.replace(/\/$/, "");
  });
}

/** Names separated by commas; none when unset. */
export const list = () =>
  z
    .string()
    .default("")
    .transform((value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    );
