import type { ResourceType } from "../protocol/provider";
import { DEFAULTS_KEY, flag, maps, text, textMap, texts } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import { checkInputs } from "../schema/check";
import { diffFields } from "../schema/diff";
import { bool, labelFields, map, replacing, set, str } from "../schema/fields";
import type { Fields } from "../schema/fields";
import {
  inputsAfterRead,
  plannedState,
  stateAfterCreate,
  stateAfterRead,
  stateAfterUpdate,
} from "../schema/state";
import type { Observed } from "../schema/state";
import { labelMap, present } from "./container/create-options";
import { daemonMessage, isNotFound } from "./context";
import type { DockerContext } from "./context";
import { untilGone } from "./until-gone";

const replace = { replace: true } as const;
const decided = { computed: true } as const;

/** Nothing of a network can be changed in place. */
export const networkFields: Fields = {
  name: str(replace),
  driver: str({ ...decided, ...replace }),
  options: map({ ...decided, ...replace }),
  internal: bool({ ...decided, ...replace }),
  attachable: bool(replace),
  ingress: bool(replace),
  ipv6: bool(replace),
  labels: set(labelFields, replace),
  ipamDriver: str({ default: "default", ...replace }),
  ipamOptions: map(replace),
  ipamConfigs: set(replacing({ subnet: str(), ipRange: str(), gateway: str(), auxAddress: map() }), {
    ...decided,
    ...replace,
  }),
  scope: str({ output: true }),
};

interface NetworkInspect {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly EnableIPv6: boolean;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly IPAM: {
    readonly Driver: string;
    readonly Options: Readonly<Record<string, string>> | null;
    readonly Config: readonly IpamConfig[] | null;
  };
}

interface IpamConfig {
  readonly Subnet?: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
}

/** docker:index/network:Network */
export const networkType: ResourceType<DockerContext> = {
  token: "docker:index/network:Network",
  check: (args) => checkInputs(networkFields, args, { autoname: true }),
  diff: ({ state, inputs }) => {
    const changes = diffFields(networkFields, state, inputs);
    return { changes, deleteBeforeReplace: changes.some((change) => change.replace) && hasOwnName(inputs) };
  },
  planCreate: (inputs) => plannedState(networkFields, inputs),
  planUpdate: ({ state, inputs }) => stateAfterUpdate(networkFields, state, inputs),

  create: async (context, inputs) => {
    const network = await context.docker.createNetwork(createOptions(inputs)).catch((error: unknown) => {
      throw new Error(`Unable to create network: ${daemonMessage(error)}`);
    });
    const seen = observe(await inspect(context, network.id));
    return { id: network.id, state: stateAfterCreate(networkFields, inputs, seen) };
  },

  read: async (context, id, state, inputs) => {
    try {
      const seen = stateAfterRead(state, observe(await inspect(context, id)));
      return { state: seen, inputs: inputsAfterRead(inputs, seen) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  },

  update: (_context, _id, { state, inputs }) =>
    Promise.resolve(stateAfterUpdate(networkFields, state, inputs)),
  remove: (context, id) =>
    untilGone(
      () => context.docker.getNetwork(id).remove(),
      (message) => message.includes("has active endpoints"),
    ),
};

/** A name that the program gave, not one that was generated: two networks cannot have it at once. */
export function hasOwnName(inputs: ValueMap): boolean {
  return inputs["name"] !== undefined && !texts(inputs, DEFAULTS_KEY).includes("name");
}

function createOptions(inputs: ValueMap): { Name: string } {
  const labels = maps(inputs, "labels");
  const configs = maps(inputs, "ipamConfigs").map((config) =>
    present({
      Subnet: text(config, "subnet"),
      IPRange: text(config, "ipRange"),
      Gateway: text(config, "gateway"),
      AuxiliaryAddresses: textMap(config, "auxAddress"),
    }),
  );
  return present({
    Name: text(inputs, "name") ?? "",
    CheckDuplicate: true,
    Driver: text(inputs, "driver"),
    Options: textMap(inputs, "options"),
    Internal: flag(inputs, "internal"),
    Attachable: flag(inputs, "attachable"),
    Ingress: flag(inputs, "ingress"),
    EnableIPv6: flag(inputs, "ipv6"),
    Labels: labels.length === 0 ? undefined : labelMap(labels),
    IPAM: present({
      Driver: text(inputs, "ipamDriver") ?? "default",
      Options: textMap(inputs, "ipamOptions"),
      Config: configs.length === 0 ? undefined : configs,
    }),
  }) as { Name: string };
}

async function inspect(context: DockerContext, id: string): Promise<NetworkInspect> {
  return (await context.docker.getNetwork(id).inspect()) as unknown as NetworkInspect;
}

function observe(network: NetworkInspect): Observed {
  return {
    name: network.Name,
    labels: labelList(network.Labels),
    driver: network.Driver,
    internal: network.Internal,
    attachable: network.Attachable,
    ingress: network.Ingress,
    ipv6: network.EnableIPv6,
    ipamDriver: network.IPAM.Driver,
    ipamOptions: network.IPAM.Options ?? {},
    scope: network.Scope,
    options: network.Options ?? {},
    ipamConfigs: (network.IPAM.Config ?? []).map(ipamConfig),
  };
}

function ipamConfig(config: IpamConfig): ValueMap {
  const aux = config.AuxiliaryAddresses ?? {};
  return {
    ...given("subnet", config.Subnet),
    ...given("ipRange", config.IPRange),
    ...given("gateway", config.Gateway),
    ...(Object.keys(aux).length === 0 ? {} : { auxAddress: aux }),
  };
}

export function labelList(labels: Readonly<Record<string, string>> | null): readonly Value[] {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}

const given = (key: string, value: string | undefined): ValueMap =>
  value === undefined || value === "" ? {} : { [key]: value };
