import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { fromStruct, toStruct } from "./marshal";
import { InitializationError } from "./provider";
import type { Change, CheckArgs, Checked, Diff, Plugin, ResourceType, Timing } from "./provider";
import { reveal } from "./values";
import type { ValueMap } from "./values";
import { EngineLog } from "./engine-log";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** A plugin served on a local port, to be attached with PULUMI_DEBUG_PROVIDERS. */
export interface ServedPlugin {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function servePlugin<C>(plugin: Plugin<C>): Promise<ServedPlugin> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  const service = new PluginService(plugin);
  server.addService(ResourceProviderService, service.implementation());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    name: plugin.name,
    port,
    close: () => {
      service.abort();
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

type Call<Q> = grpc.ServerUnaryCall<Q, unknown>;
interface TypedRequest {
  getUrn(): string;
}

class PluginService<C> {
  private readonly types: ReadonlyMap<string, ResourceType<C>>;
  /** Each provider resource of a program has its own connection to this one server. */
  private readonly configured = new Map<string, C>();
  private latest: { readonly context: C } | undefined;
  private readonly log = new EngineLog();
  private stopping = new AbortController();

  constructor(private readonly plugin: Plugin<C>) {
    this.types = new Map(plugin.types.map((type) => [type.token, type]));
  }

  /** Ends the waits that are under way. The engine also cancels at the end of each run, before the next one. */
  abort(): void {
    this.stopping.abort();
    this.stopping = new AbortController();
  }

  implementation(): grpc.UntypedServiceImplementation {
    const unary =
      <Q, R>(handle: (request: Q, peer: string) => R | Promise<R>) =>
      (call: Call<Q>, callback: grpc.sendUnaryData<R>): void => {
        Promise.resolve()
          .then(() => handle(call.request, call.getPeer()))
          .then(
            (response) => callback(null, response),
            (error: unknown) => callback(toServiceError(error)),
          );
      };
    const unimplemented = (_call: Call<unknown>, callback: grpc.sendUnaryData<unknown>): void =>
      callback({ code: grpc.status.UNIMPLEMENTED, details: "not served by the hermetic engine" });
    return {
      handshake: unimplemented,
      parameterize: unimplemented,
      call: unimplemented,
      construct: unimplemented,
      list: unimplemented,
      getMapping: unimplemented,
      getMappings: unimplemented,
      getSchema: unary(() => new proto.GetSchemaResponse().setSchema("{}")),
      invoke: unary((request: proto.InvokeRequest) => this.invoke(request)),
      checkConfig: unary((request: proto.CheckRequest) => this.checkConfig(request)),
      diffConfig: unary((request: proto.DiffRequest) => this.diffConfig(request)),
      configure: unary((request: proto.ConfigureRequest, peer) => this.configure(request, peer)),
      check: unary((request: proto.CheckRequest) => this.check(request)),
      diff: unary((request: proto.DiffRequest) => this.diff(request)),
      create: unary((request: proto.CreateRequest, peer) => this.create(request, peer)),
      read: unary((request: proto.ReadRequest, peer) => this.read(request, peer)),
      update: unary((request: proto.UpdateRequest, peer) => this.update(request, peer)),
      delete: unary((request: proto.DeleteRequest, peer) => this.remove(request, peer)),
      cancel: unary(() => {
        this.abort();
        return new Empty();
      }),
      getPluginInfo: unary(() => new PluginInfo().setVersion(this.plugin.version)),
      attach: unary((request: { getAddress(): string }) => {
        this.log.connect(request.getAddress());
        return new Empty();
      }),
    };
  }

  private invoke(request: proto.InvokeRequest): never {
    throw new Error(
      `the hermetic engine has no function ${request.getTok()}; use the official engine for it`,
    );
  }

  private checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    return checkResponse(this.plugin.checkConfig(properties(request.getNews())));
  }

  private diffConfig(request: proto.DiffRequest): proto.DiffResponse {
    const old = properties(request.getOldInputs() ?? request.getOlds());
    return diffResponse(this.plugin.diffConfig(old, properties(request.getNews())));
  }

  private async configure(request: proto.ConfigureRequest, peer: string): Promise<proto.ConfigureResponse> {
    const context = await this.plugin.configure(properties(request.getArgs()));
    this.configured.set(peer, context);
    this.latest = { context };
    // Secrets are not accepted: the engine then marks outputs whose inputs are secret, whole property by
    // whole property, as it was observed with the official plugins.
    return new proto.ConfigureResponse().setSupportspreview(true).setSupportsAutonamingConfiguration(true);
  }

  private context(peer: string): C {
    if (this.configured.has(peer)) return this.configured.get(peer) as C;
    if (this.latest !== undefined) return this.latest.context;
    throw new Error(`provider ${this.plugin.name} was used before it was configured`);
  }

  private type(request: TypedRequest): ResourceType<C> {
    const token = typeOf(request.getUrn());
    const type = this.types.get(token);
    if (type === undefined) {
      const known = [...this.types.keys()].join(", ");
      throw new Error(`resource type ${token} is not supported by the hermetic engine, which has ${known}`);
    }
    return type;
  }

  private async check(request: proto.CheckRequest): Promise<proto.CheckResponse> {
    const autonaming = request.getAutonaming();
    const modes = ["propose", "enforce", "disabled"] as const;
    const args: CheckArgs = {
      name: nameOf(request.getUrn()),
      oldInputs: properties(request.getOlds()),
      inputs: properties(request.getNews()),
      seed: request.getRandomseed_asU8(),
      ...(autonaming === undefined
        ? {}
        : {
            autonaming: {
              proposed: autonaming.getProposedName(),
              mode: modes[autonaming.getMode()] ?? "propose",
            },
          }),
    };
    return checkResponse(await this.type(request).check(args));
  }

  private async diff(request: proto.DiffRequest): Promise<proto.DiffResponse> {
    return diffResponse(await this.type(request).diff(diffArgs(request)));
  }

  private async create(request: proto.CreateRequest, peer: string): Promise<proto.CreateResponse> {
    const type = this.type(request);
    const inputs = properties(request.getProperties());
    if (request.getPreview()) {
      return new proto.CreateResponse().setProperties(toStruct(type.planCreate(inputs)));
    }
    const { id, state } = await type.create(this.context(peer), inputs, this.timing(request));
    return new proto.CreateResponse().setId(id).setProperties(toStruct(state));
  }

  private async read(request: proto.ReadRequest, peer: string): Promise<proto.ReadResponse> {
    const state = properties(request.getProperties());
    const inputs = properties(request.getInputs());
    const found = await this.type(request).read(this.context(peer), request.getId(), state, inputs);
    if (found === undefined) return new proto.ReadResponse();
    return new proto.ReadResponse()
      .setId(found.id ?? request.getId())
      .setProperties(toStruct(found.state))
      .setInputs(toStruct(found.inputs));
  }

  private async update(request: proto.UpdateRequest, peer: string): Promise<proto.UpdateResponse> {
    const type = this.type(request);
    const args = diffArgs(request);
    const state = request.getPreview()
      ? type.planUpdate(args)
      : await type.update(this.context(peer), request.getId(), args, this.timing(request));
    return new proto.UpdateResponse().setProperties(toStruct(state));
  }

  private async remove(request: proto.DeleteRequest, peer: string): Promise<Empty> {
    const state = properties(request.getProperties());
    await this.type(request).remove(this.context(peer), request.getId(), state, this.timing(request));
    return new Empty();
  }

  private timing(request: TypedRequest & { getTimeout(): number }): Timing {
    const seconds = request.getTimeout();
    return {
      ...(seconds > 0 ? { timeoutSeconds: seconds } : {}),
      signal: this.stopping.signal,
      status: (line) => this.log.status(request.getUrn(), line),
    };
  }
}

function properties(struct: Parameters<typeof fromStruct>[0]): ValueMap {
  return reveal(fromStruct(struct)) as ValueMap;
}

function diffArgs(request: proto.DiffRequest | proto.UpdateRequest): {
  state: ValueMap;
  oldInputs: ValueMap;
  inputs: ValueMap;
} {
  return {
    state: properties(request.getOlds()),
    oldInputs: properties(request.getOldInputs()),
    inputs: properties(request.getNews()),
  };
}

function checkResponse(checked: Checked): proto.CheckResponse {
  // Without the property's name: with it, the engine would print the value, which may be a credential.
  const failures = checked.problems.map(({ reason }) => new proto.CheckFailure().setReason(reason));
  return new proto.CheckResponse().setInputs(toStruct(checked.inputs)).setFailuresList(failures);
}

const KINDS = {
  add: [proto.PropertyDiff.Kind.ADD, proto.PropertyDiff.Kind.ADD_REPLACE],
  delete: [proto.PropertyDiff.Kind.DELETE, proto.PropertyDiff.Kind.DELETE_REPLACE],
  update: [proto.PropertyDiff.Kind.UPDATE, proto.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

export function diffResponse(diff: Diff): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(diff.changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setHasdetaileddiff(true)
    .setDeletebeforereplace(diff.deleteBeforeReplace)
    .setDiffsList(unique(diff.changes.map(topLevel)))
    .setReplacesList(unique(diff.changes.filter((change) => change.replace).map(topLevel)));
  const detailed = response.getDetaileddiffMap();
  for (const change of diff.changes) {
    detailed.set(change.path, new proto.PropertyDiff().setKind(KINDS[change.kind][change.replace ? 1 : 0]));
  }
  return response;
}

const topLevel = (change: Change): string => /^[^.[]*/.exec(change.path)?.[0] ?? change.path;
const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** `urn:pulumi:stack::project::parent$type::name` → its parts. */
export function typeOf(urn: string): string {
  const chain = urn.split("::")[2] ?? "";
  return chain.slice(chain.lastIndexOf("$") + 1);
}
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationError)) return { code: grpc.status.UNKNOWN, details: message };
  const detail = new proto.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.state))
    .setInputs(toStruct(error.inputs))
    .setReasonsList([...error.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  // Go's gRPC finds structured error details under this name; grpc-js has no call for it.
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
