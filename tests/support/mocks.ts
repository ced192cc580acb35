import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as runtimeSettings from "@pulumi/pulumi/runtime/settings";

/** A resource as it was registered: its inputs as plain values, and the options that the engine acts upon. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly custom: boolean;
  /** URN of the parent; "" at the top. */
  readonly parent: string;
  /** `<urn>::<id>` of the provider; "" is the default one. */
  readonly provider: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that hold a secret somewhere. */
  readonly secretInputs: readonly string[];
  /** What it waits for, `Container store`, sorted. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
}

export class Recording<T> {
  constructor(
    readonly resources: readonly Registered[],
    readonly result: T,
  ) {}

  ofType(type: string): readonly Registered[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  one(type: string, name: string): Registered {
    const found = this.ofType(type).filter((resource) => resource.name === name);
    const [only] = found;
    if (!only || found.length > 1) {
      throw new Error(
        `${found.length} × ${type} ${name}; there are ${this.ofType(type)
          .map((one) => one.name)
          .join(", ")}`,
      );
    }
    return only;
  }
}

export const CONTAINER = "docker:index/container:Container";
export const NETWORK = "docker:index/network:Network";
export const VOLUME = "docker:index/volume:Volume";
export const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
export const BUILT_IMAGE = "docker:index/image:Image";
export const PASSWORD = "random:index/randomPassword:RandomPassword";

export interface MockOptions {
  /** Nothing that only an `up` would know has a value. @default false */
  readonly preview?: boolean;
  /** More outputs of a resource, by its name. */
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The id that an image of that name has here. */
export function imageId(name: string): string {
  return `sha256:${createHash("sha256").update(name).digest("hex")}`;
}

/** The value that a credential has here: 40 letters and digits, like a real one. */
export function passwordOf(id: string): string {
  return createHash("sha256")
    .update(id)
    .digest("base64")
    .replace(/[^A-Za-z0-9]/g, "x")
    .slice(0, 40);
}

/** Runs `build` against mocks and waits for everything that it registers. */
export async function record<T>(
  build: () => T | Promise<T>,
  { preview = false, outputs = {} }: MockOptions = {},
): Promise<Recording<T>> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: preview ? undefined : `${name}-id`,
        state: {
          ...(inputs as Record<string, unknown>),
          ...(preview ? {} : computed(type, name, inputs)),
          ...outputs[name],
        },
      }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "trade2026",
    "test",
    preview,
  );
  const registered: Registered[] = [];
  listen((resource) => registered.push(resource));
  // The SDK takes a stack trace for each of its promises, and mapping them is most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const result = await build();
    await settled();
    return new Recording(registered, result);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What an output resolves to; rejects when it never does, as an unknown one does not. */
export async function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the output is unknown")), 2000);
    const all = pulumi.output(output) as pulumi.Output<pulumi.Unwrap<T>> & {
      promise(): Promise<pulumi.Unwrap<T>>;
    };
    all
      .promise()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

/**
 * The error that an output ends in. To be called in the same tick in which the output is made: each of its
 * promises rejects, and one that nobody listens to ends the process.
 */
export async function failureOf(output: pulumi.Input<unknown>): Promise<string> {
  if (!pulumi.Output.isInstance(output)) throw new Error("not an output: it cannot fail");
  const { isKnown, isSecret } = output as unknown as {
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
  };
  const { promise, allResources } = output as unknown as {
    promise(): Promise<unknown>;
    allResources(): Promise<unknown>;
  };
  const [outcome] = await Promise.allSettled([promise(), isKnown, isSecret, allResources()]);
  if (outcome.status === "fulfilled") throw new Error("it did not fail");
  return outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason);
}

/** Registration is asynchronous, and one resource waits for another's outputs. */
async function settled(): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error("registrations hang: something waits for an output that never comes")),
      20_000,
    ).unref();
  });
  // Not among the SDK's declared names, and the one thing that knows when everything is registered.
  const { waitForRPCs } = runtimeSettings as unknown as { waitForRPCs(): Promise<void> };
  await Promise.race([waitForRPCs(), late]);
}

/** What the provider would add to the inputs. */
function computed(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  switch (type) {
    case CONTAINER:
      return { exitCode: 0, containerLogs: "" };
    case REMOTE_IMAGE:
      return { imageId: imageId(String(inputs.name)) };
    case BUILT_IMAGE:
      return { repoDigest: imageId(String(inputs.imageName)) };
    case PASSWORD:
      return { result: pulumi.secret(passwordOf(name)), bcryptHash: pulumi.secret(`bcrypt(${name})`) };
    default:
      return {};
  }
}

/** The parts of the SDK's request that are looked at. */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getDeletebeforereplace(): boolean;
  getReplaceonchangesList(): string[];
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
}
interface Monitor {
  registerResource(
    request: Request,
    callback: (error: unknown, response: { getUrn(): string } | undefined) => void,
  ): Promise<void>;
}

/** Options are not among what mocks are told: they are read from the request itself. */
function listen(onRegistered: (resource: Registered) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      const inputs = request.getObject()?.toJavaScript() ?? {};
      onRegistered({
        type: request.getType(),
        name: request.getName(),
        urn: response?.getUrn() ?? "",
        custom: request.getCustom(),
        parent: request.getParent(),
        provider: request.getProvider(),
        inputs: unwrapped(inputs) as Record<string, unknown>,
        secretInputs: Object.keys(inputs)
          .filter((key) => JSON.stringify(inputs[key]).includes(SECRET))
          .sort(),
        dependsOn: request.getDependenciesList().map(shortName).sort(),
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        deleteBeforeReplace: request.getDeletebeforereplace(),
        replaceOnChanges: request.getReplaceonchangesList(),
        ignoreChanges: request.getIgnorechangesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      });
      callback(error, response);
    });
}

/** Last part of the type, and the name: `Container store`. */
export function shortName(urn: string): string {
  return `${urn.split("::")[2]?.split(":").at(-1) ?? ""} ${nameOf(urn)}`;
}

/** Last part of a URN. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** On the wire a secret is an object with a signature around its value. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value && "value" in value && value[SIGNATURE] === SECRET) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrapped(item)]));
}
