import { secretRef, secretText, type Credential } from "./secrets";
import type {
  Configured,
  ConfigureContext,
  Consumer,
  Endpoint,
  FileSpec,
  ServiceSpec,
  Workload,
} from "./service";
import { letsSessionsIn } from "./sessions";
import type { Settings } from "./settings";

/** Where a workload finds its secrets: a volume of its own, mounted by nobody else. */
export const SECRETS_PATH = "/run/secrets";

/** A workload with everything that follows from the rest of the platform. */
export interface Wired {
  readonly spec: Workload;
  readonly env: Readonly<Record<string, string>>;
  readonly configured: Configured;
  readonly config: readonly FileSpec[];
  readonly secrets: readonly FileSpec[];
}

export interface Wiring {
  readonly workloads: readonly Wired[];
  /** Every credential that some file refers to, sorted by id. */
  readonly credentials: readonly Credential[];
}

/** Endpoints and secrets from `needs`: who connects to whom, as which user, with which permissions. */
export function wire(
  workloads: readonly Workload[],
  settings: Settings,
  wellKnown: Readonly<Record<string, number>>,
): Wiring {
  const services = workloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
  const own = new Map<string, Credential>();
  const fronts = (target: Workload): readonly ServiceSpec[] =>
    letsSessionsIn(target, services, settings) ? services.filter(({ frontsTools }) => frontsTools) : [];
  const contextOf = (target: Workload): ConfigureContext => ({
    settings,
    wellKnown,
    services,
    operator: operatorOf(target),
    consumers: consumersOf(target, workloads, fronts(target)),
    credentialAt: (provider) => credentialAt(target, provider, fronts(provider)),
    own: (username, purpose, { protectsData = false, file } = {}) => {
      const known = credentialOf(target, username, purpose);
      const credential = {
        ...known,
        protectsData: file === undefined && (known.protectsData || protectsData),
        ...(file === undefined ? {} : { file }),
      };
      own.set(credential.id, credential);
      return credential;
    },
  });

  const wired = workloads.map((spec): Wired => {
    const configured = spec.configure?.(contextOf(spec)) ?? {};
    const handed = spec.needs.flatMap((need) => handOver(spec, need.target, need.grant.as === "operator"));
    return {
      spec,
      configured,
      env: Object.assign({}, ...handed.map(({ env }) => env), spec.env, configured.env) as Record<
        string,
        string
      >,
      config: configured.config ?? [],
      secrets: [...handed.flatMap(({ secrets }) => secrets), ...(configured.secrets ?? [])],
    };
  });

  const known = new Map(own);
  for (const target of workloads) {
    if (!takesCredentials(target.endpoint)) continue;
    const operator = operatorOf(target);
    known.set(operator.id, operator);
    for (const { credential } of consumersOf(target, workloads, fronts(target)))
      known.set(credential.id, credential);
  }
  return { workloads: wired, credentials: [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** Every workload that needs `target`, and the gateways in front of it, by name. */
function consumersOf(
  target: Workload,
  workloads: readonly Workload[],
  fronts: readonly ServiceSpec[],
): readonly Consumer[] {
  if (!takesCredentials(target.endpoint)) return [];
  const consumers = workloads.flatMap((workload) =>
    workload.needs
      .filter((need) => need.target.name === target.name && need.grant.as !== "operator")
      .map((need) => ({
        name: workload.name,
        grant: need.grant,
        credential: consumerCredential(workload, target),
      })),
  );
  const gateways = fronts.map((gateway) => ({
    name: gateway.name,
    grant: {},
    credential: consumerCredential(gateway, target),
  }));
  return [...consumers, ...gateways].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function takesCredentials(endpoint: Endpoint | undefined): endpoint is Endpoint {
  return endpoint !== undefined && endpoint.credentials !== "none";
}

function operatorOf(target: Workload): Credential {
  return credentialOf(target, target.endpoint?.operator ?? "operator", `${target.title}: everything`);
}

function credentialAt(consumer: Workload, provider: Workload, fronts: readonly ServiceSpec[]): Credential {
  const need = consumer.needs.find(({ target }) => target.name === provider.name);
  if ((!need && !fronts.some(({ name }) => name === consumer.name)) || !takesCredentials(provider.endpoint))
    throw new Error(`${consumer.name} is given no credential at ${provider.name}: add it to its needs`);
  return need?.grant.as === "operator" ? operatorOf(provider) : consumerCredential(consumer, provider);
}

/**
 * Of its own a consumer's credential locks nothing: the provider is told of a new one at every `up`. So it goes with its
 * consumer, where a protected one would keep the consumer from being taken out.
 */
function consumerCredential(consumer: Workload, target: Workload): Credential {
  if (target.endpoint?.credentials === "shared") return operatorOf(target);
  const own = credentialOf(target, consumer.name, `${target.title}: ${consumer.title}`);
  return { ...own, protectsData: false };
}

function credentialOf(target: Workload, username: string, purpose: string): Credential {
  return {
    id: `${target.name}-${username}`,
    username,
    purpose,
    protectsData: keeper(target).data.length > 0,
  };
}

/** Who keeps the data that a credential opens: the target, or the server that its endpoint is on. */
function keeper(target: Workload): Workload {
  const host = target.endpoint?.host;
  return target.needs.find((need) => need.target.name === host)?.target ?? target;
}

/** What `consumer` is handed for its need of `target`: environment and the password's file. */
function handOver(
  consumer: Workload,
  target: Workload,
  asOperator: boolean,
): readonly { readonly env: Readonly<Record<string, string>>; readonly secrets: readonly FileSpec[] }[] {
  const { endpoint } = target;
  if (!endpoint) return [];
  const port = target.ports[endpoint.port];
  if (port === undefined) return [];
  const host = endpoint.host ?? target.name;
  const credential = takesCredentials(endpoint)
    ? asOperator
      ? operatorOf(target)
      : consumerCredential(consumer, target)
    : undefined;
  const file = `${target.name}-password`;
  const use = { host, port, username: credential?.username ?? "", passwordFile: `${SECRETS_PATH}/${file}` };
  const variable = target.name.toUpperCase().replaceAll("-", "_");
  const standard = {
    [`${variable}_HOST`]: host,
    [`${variable}_PORT`]: String(port),
    [`${variable}_URL`]: `${endpoint.scheme}://${host}:${port}`,
    ...(credential === undefined
      ? {}
      : { [`${variable}_USERNAME`]: use.username, [`${variable}_PASSWORD_FILE`]: use.passwordFile }),
  };
  return [
    {
      env: endpoint.environment?.(use) ?? standard,
      secrets:
        credential === undefined
          ? []
          : [
              { path: file, content: secretText`${secretRef(credential)}` },
              ...(endpoint.secretFiles?.(use, credential) ?? []),
            ],
    },
  ];
}
