import { z } from "zod";
import { parseCidr } from "./cidr";
import { LANES } from "./lanes";
import { ProblemsError } from "./problems";
import { receiversSchema } from "./receivers";
import { UNKNOWN_KEY, zodProblems } from "./zod-problems";

const port = z
  .number("must be a port number, 1 to 65535")
  .int("must be a port number, 1 to 65535")
  .min(1, "must be a port number, 1 to 65535")
  .max(65535, "must be a port number, 1 to 65535");

const subnet = z
  .string("must be an IPv4 CIDR block such as 172.21.0.0/16")
  .refine((text) => parseCidr(text) !== undefined, "must be an IPv4 CIDR block such as 172.21.0.0/16")
  .refine(
    (text) => (parseCidr(text)?.prefix ?? 0) <= 26,
    "must be /26 or larger: a lane holds up to 60 containers",
  );

const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of: ${values.join(", ")}`);

const name = /^[a-z][a-z0-9-]{0,19}$/;
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

const GPU_COUNT = 'must be a whole number from 1, or "all"';
const gpuSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("count"),
      count: z.union([z.number().int().min(1, GPU_COUNT), z.literal("all")], GPU_COUNT),
    }),
    z.strictObject({ kind: z.literal("deviceIds"), deviceIds: z.array(z.string().min(1)).min(1) }),
    z.strictObject({
      kind: z.literal("cdi"),
      deviceIds: z.array(z.string().regex(/^[^=\s]+\/[^=\s]+=[^=\s]+$/)).min(1),
    }),
  ],
  'must be {kind: count, count: N|all}, {kind: deviceIds, deviceIds: [...]} or {kind: cdi, deviceIds: ["nvidia.com/gpu=0"]}',
);

/** Every setting of a stack. The keys are those of Pulumi.yaml; a test keeps the two in step. */
export const settingsSchema = z.strictObject(
  {
    kind: oneOf(["platform", "gpu"])
      .default("platform")
      .describe("Which stack this is: the platform, or GPU serving on top of one"),
    prefix: z
      .string("must be text")
      .regex(name, "must be 1 to 20 lower-case letters, digits and dashes, a letter first")
      .default("trade2026")
      .describe(
        "Name prefix of every container, network and volume; another one is another platform on the same host",
      ),
    bindAddress: z
      .string("must be an IPv4 address")
      .refine((text) => parseCidr(`${text}/32`) !== undefined, "must be an IPv4 address")
      .default("127.0.0.1")
      .describe("Address that the gateways publish their ports on"),
    subnets: z
      .strictObject(
        Object.fromEntries(LANES.map((lane) => [lane, subnet.optional()])) as Record<
          (typeof LANES)[number],
          z.ZodOptional<typeof subnet>
        >,
        "must be an object: {frontend, lowlatency, backend}",
      )
      .default({})
      .describe("Other subnets for the lanes"),
    hostPorts: z
      .record(z.string(), port, "must be an object: name of the port → number")
      .default({})
      .describe(
        "Other host ports, by name: http, https, gateway-dashboard, or a name of wellKnown in configs/cpgs.yaml",
      ),
    portOffset: z
      .number("must be a whole number, 0 to 50000")
      .int("must be a whole number, 0 to 50000")
      .min(0, "must be a whole number, 0 to 50000")
      .max(50_000, "must be a whole number, 0 to 50000")
      .default(0)
      .describe("Added to every host port that hostPorts does not name: another platform on the same host"),
    hostNames: z
      .array(z.string().regex(hostName, "must be a lower-case host name"), "must be a list of host names")
      .min(1, "must name at least one host")
      .default(["localhost"])
      .describe("Host names that the gateways answer to and that their certificate names"),
    exposeData: z
      .boolean("must be true or false")
      .default(false)
      .describe("Publish the data stores through the tools gateway"),
    images: oneOf(["upstream", "packages"])
      .default("upstream")
      .describe("Third-party images from their registries, or built from package registries"),
    imageOverrides: z
      .record(z.string(), z.string().min(1), "must be an object: service → image reference")
      .default({})
      .describe("An image of your own for a service"),
    tradingMode: oneOf(["paper", "shadow", "canary", "live"])
      .default("paper")
      .describe("paper moves no money; live needs credentials of its own"),
    statusPage: oneOf(["public", "private"])
      .default("private")
      .describe("public: everybody who reaches the status page may read it; private: after a login only"),
    accessLog: oneOf(["problems", "all"])
      .default("problems")
      .describe("Requests that the gateways log: those that failed or took half a second, or all"),
    tlsEpoch: z
      .number("must be a whole number")
      .int("must be a whole number")
      .min(1, "must be at least 1")
      .default(1)
      .describe("Raise it to renew the gateways' certificates"),
    alerts: receiversSchema
      .default({})
      .describe("Who is told of alerts: email, slack, pagerduty, webhook, heartbeat; secrets by their files"),
    platformStack: z
      .string("must be text")
      .default("organization/trade2026/dev")
      .describe("gpu stacks: the platform stack whose lanes are used"),
    dockerHost: z
      .string("must be text")
      .default("")
      .describe("gpu stacks: another Docker host (ssh://user@host); empty for this one"),
    gpu: gpuSchema.default({ kind: "count", count: 1 }).describe("gpu stacks: the GPUs of the model server"),
  },
  "must be an object",
);

export type Settings = z.infer<typeof settingsSchema>;

/** Their names. */
export const SETTINGS: readonly string[] = Object.keys(settingsSchema.shape);

/**
 * Parses a stack's settings, as `pulumi.runtime.allConfig()` or a stack file has them.
 * @param raw key (without the `trade2026:` namespace) to value; text holding JSON is taken as JSON where the setting is no text
 * @throws ProblemsError with every problem: path, value, what is allowed and the fix
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>): Settings {
  const input = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, decode(key, value)]));
  const result = settingsSchema.safeParse(input);
  if (result.success) return result.data;
  const problems = zodProblems(result.error, input, "trade2026:").map((problem) => {
    const key = /^trade2026:(\w+)/.exec(problem.path)?.[1] ?? "";
    const known = settingsSchema.shape[key as keyof typeof settingsSchema.shape];
    if (!known)
      return {
        ...problem,
        allowed: SETTINGS.join(", "),
        fix: `pulumi config rm ${problem.path}`,
      };
    const path = /[.[]/.test(problem.path) ? ` --path ${problem.path}` : ` ${problem.path}`;
    const unknown = problem.what === UNKNOWN_KEY;
    const fix = unknown ? `pulumi config rm${path}` : `pulumi config set${path} <value>`;
    const allowed = unknown ? keysOf(known) : undefined;
    return { ...problem, ...(allowed === undefined ? { about: known.description ?? "" } : { allowed }), fix };
  });
  throw new ProblemsError("The stack's settings", problems);
}

/** What a setting of parts may hold. */
function keysOf(setting: z.ZodType): string | undefined {
  const inner = setting instanceof z.ZodDefault ? setting.unwrap() : setting;
  return inner instanceof z.ZodObject ? Object.keys(inner.shape).join(", ") : undefined;
}

function decode(key: string, value: unknown): unknown {
  const known = settingsSchema.shape[key as keyof typeof settingsSchema.shape];
  if (typeof value !== "string" || !known || isText(known)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A text that looks like JSON stays the text that somebody wrote. */
function isText(setting: z.ZodType): boolean {
  const inner = setting instanceof z.ZodDefault ? setting.unwrap() : setting;
  return inner instanceof z.ZodString || inner instanceof z.ZodEnum;
}
