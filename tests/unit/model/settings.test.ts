import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ProblemsError } from "../../../model/problems";
import { parseSettings, settingsSchema } from "../../../model/settings";
import { problemsOf } from "../../support/model";

const DEFAULTS = {
  kind: "platform",
  prefix: "trade2026",
  bindAddress: "127.0.0.1",
  subnets: {},
  hostPorts: {},
  portOffset: 0,
  hostNames: ["localhost"],
  exposeData: false,
  images: "upstream",
  imageOverrides: {},
  tradingMode: "paper",
  statusPage: "private",
  accessLog: "problems",
  tlsEpoch: 1,
  alerts: {},
  platformStack: "organization/trade2026/dev",
  dockerHost: "",
  gpu: { kind: "count", count: 1 },
};

it("has a default for every setting", () => {
  expect(parseSettings({})).toEqual(DEFAULTS);
});

it("takes values as Pulumi hands them over: everything that is no text as JSON", () => {
  expect(
    parseSettings({
      prefix: "second",
      exposeData: "true",
      tlsEpoch: "3",
      hostPorts: '{"https": 8443}',
      hostNames: '["trade.example.com"]',
      subnets: '{"backend": "10.1.0.0/24"}',
      gpu: '{"kind": "cdi", "deviceIds": ["nvidia.com/gpu=0"]}',
    }),
  ).toEqual({
    ...DEFAULTS,
    prefix: "second",
    exposeData: true,
    tlsEpoch: 3,
    hostPorts: { https: 8443 },
    hostNames: ["trade.example.com"],
    subnets: { backend: "10.1.0.0/24" },
    gpu: { kind: "cdi", deviceIds: ["nvidia.com/gpu=0"] },
  });
});

describe("a bad setting", () => {
  const about = (key: keyof typeof settingsSchema.shape): string =>
    settingsSchema.shape[key].description ?? "";

  it.each([
    ["kind", "cloud", "must be one of: platform, gpu"],
    ["prefix", "Trade", "must be 1 to 20 lower-case letters, digits and dashes, a letter first"],
    ["prefix", "123", "must be 1 to 20 lower-case letters, digits and dashes, a letter first"],
    ["prefix", 7, "must be text"],
    ["bindAddress", "localhost", "must be an IPv4 address"],
    ["bindAddress", "127.0.0.256", "must be an IPv4 address"],
    ["subnets", 1, "must be an object: {frontend, lowlatency, backend}"],
    ["hostPorts", "8080", "must be an object: name of the port → number"],
    ["hostNames", "trade.example.com", "must be a list of host names"],
    ["hostNames", [], "must name at least one host"],
    ["exposeData", "yes", "must be true or false"],
    ["images", "mirror", "must be one of: upstream, packages"],
    ["imageOverrides", "nats", "must be an object: service → image reference"],
    ["tradingMode", "LIVE", "must be one of: paper, shadow, canary, live"],
    ["statusPage", "open", "must be one of: public, private"],
    ["accessLog", "errors", "must be one of: problems, all"],
    ["tlsEpoch", "two", "must be a whole number"],
    ["tlsEpoch", 1.5, "must be a whole number"],
    ["tlsEpoch", 0, "must be at least 1"],
    ["platformStack", 1, "must be text"],
    ["dockerHost", false, "must be text"],
  ] as const)("%s: %p", (key, value, what) => {
    expect(problemsOf(() => parseSettings({ [key]: value }))).toEqual([
      {
        path: `trade2026:${key}`,
        what,
        value: key === "hostPorts" ? 8080 : value,
        about: about(key),
        fix: `pulumi config set trade2026:${key} <value>`,
      },
    ]);
  });

  it.each([
    [
      "subnets.backend",
      { subnets: { backend: "10.0.0.1/24" } },
      "must be an IPv4 CIDR block such as 172.21.0.0/16",
      "10.0.0.1/24",
    ],
    [
      "subnets.frontend",
      { subnets: { frontend: "10.0.0.0/27" } },
      "must be /26 or larger: a lane holds up to 60 containers",
      "10.0.0.0/27",
    ],
    ["hostPorts.https", { hostPorts: { https: 70_000 } }, "must be a port number, 1 to 65535", 70_000],
    ["hostPorts.https", { hostPorts: { https: 0 } }, "must be a port number, 1 to 65535", 0],
    ["hostPorts.https", { hostPorts: { https: "443" } }, "must be a port number, 1 to 65535", "443"],
    ["hostNames[1]", { hostNames: ["localhost", "Trade!"] }, "must be a lower-case host name", "Trade!"],
    ["gpu.count", { gpu: { kind: "count", count: 0 } }, 'must be a whole number from 1, or "all"', 0],
    [
      "gpu.kind",
      { gpu: { kind: "some" } },
      'must be {kind: count, count: N|all}, {kind: deviceIds, deviceIds: [...]} or {kind: cdi, deviceIds: ["nvidia.com/gpu=0"]}',
      "some",
    ],
    [
      "alerts.email.to[0]",
      { alerts: { email: { to: ["nobody"], from: "t26@example.org", smarthost: "mail.example.org:587" } } },
      "must be an e-mail address",
      "nobody",
    ],
    [
      "alerts.email",
      {
        alerts: {
          email: {
            ...{ to: ["a@example.org"], from: "t26@example.org", smarthost: "mail.example.org:587" },
            username: "t26",
          },
        },
      },
      "username and passwordFile go together",
      { to: ["a@example.org"], from: "t26@example.org", smarthost: "mail.example.org:587", username: "t26" },
    ],
    [
      "alerts.slack.urlFile",
      { alerts: { slack: { channel: "#trading", urlFile: "slack-url" } } },
      "must be the absolute path of a file with the address of the incoming webhook",
      "slack-url",
    ],
  ])("%s, inside of a setting", (path, raw, what, value) => {
    const key = (/^\w+/.exec(path)?.[0] ?? "") as keyof typeof settingsSchema.shape;
    expect(problemsOf(() => parseSettings(raw))).toEqual([
      {
        path: `trade2026:${path}`,
        what,
        value,
        about: about(key),
        fix: `pulumi config set --path trade2026:${path} <value>`,
      },
    ]);
  });

  it("that nobody knows is to be removed, at the top and inside", () => {
    expect(problemsOf(() => parseSettings({ exposedata: true, subnets: { dmz: "10.0.0.0/24" } }))).toEqual([
      {
        path: "trade2026:subnets.dmz",
        what: "there is no such key",
        value: "10.0.0.0/24",
        allowed: "frontend, lowlatency, backend",
        fix: "pulumi config rm --path trade2026:subnets.dmz",
      },
      {
        path: "trade2026:exposedata",
        what: "there is no such key",
        value: true,
        allowed: Object.keys(DEFAULTS).join(", "),
        fix: "pulumi config rm trade2026:exposedata",
      },
    ]);
  });

  it("does not hide the others: one message has them all", () => {
    const error: unknown = catching(() =>
      parseSettings({ prefix: "-", tlsEpoch: "x", subnets: { backend: "?" }, extra: 1 }),
    );
    expect(error).toBeInstanceOf(ProblemsError);
    expect((error as Error).message).toBe(
      `The stack's settings: 4 problems, nothing was changed.
  ✗ trade2026:prefix: must be 1 to 20 lower-case letters, digits and dashes, a letter first
      value:   "-"
      about:   ${about("prefix")}
      fix:     pulumi config set trade2026:prefix <value>
  ✗ trade2026:subnets.backend: must be an IPv4 CIDR block such as 172.21.0.0/16
      value:   "?"
      about:   ${about("subnets")}
      fix:     pulumi config set --path trade2026:subnets.backend <value>
  ✗ trade2026:tlsEpoch: must be a whole number
      value:   "x"
      about:   ${about("tlsEpoch")}
      fix:     pulumi config set trade2026:tlsEpoch <value>
  ✗ trade2026:extra: there is no such key
      value:   1
      allowed: ${Object.keys(DEFAULTS).join(", ")}
      fix:     pulumi config rm trade2026:extra`,
    );
  });
});

function catching(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe("Pulumi.yaml", () => {
  const root = join(__dirname, "../../..");
  const project = z
    .object({
      runtime: z.object({ options: z.object({ tsconfig: z.string() }) }),
      config: z.record(z.string(), z.record(z.string(), z.unknown())),
    })
    .parse(parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")));

  it("declares every setting with its type, default and description, and no other", () => {
    expect(project.config).toEqual(
      Object.fromEntries(
        Object.entries(settingsSchema.shape).map(([key, setting]) => [
          key,
          { ...pulumiType(setting), default: setting.parse(undefined), description: setting.description },
        ]),
      ),
    );
  });

  it("has Pulumi compile the program without checking its types again", () => {
    expect(JSON.parse(readFileSync(join(root, project.runtime.options.tsconfig), "utf8"))).toEqual({
      extends: "./tsconfig.json",
      compilerOptions: { noCheck: true },
    });
  });
});

/** A setting's type in the words of Pulumi's project file, where a list says what it is a list of. */
function pulumiType(setting: z.ZodType): {
  readonly type: string;
  readonly items?: { readonly type: string };
} {
  if (setting instanceof z.ZodDefault) return pulumiType(setting.unwrap() as z.ZodType);
  if (setting instanceof z.ZodString || setting instanceof z.ZodEnum) return { type: "string" };
  if (setting instanceof z.ZodBoolean) return { type: "boolean" };
  if (setting instanceof z.ZodNumber) return { type: "integer" };
  if (setting instanceof z.ZodArray)
    return { type: "array", items: { type: pulumiType(setting.unwrap() as z.ZodType).type } };
  return { type: "object" };
}
