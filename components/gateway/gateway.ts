import { httpProbe } from "../../model/probes";
import { secretRef, secretText } from "../../model/secrets";
import {
  defineJob,
  defineService,
  thirdParty,
  type ConfigureContext,
  type JobSpec,
  type Resources,
  type ServiceSpec,
} from "../../model/service";
import { sessionKeeper } from "../../model/sessions";
import { goMemoryLimit, goProcessors, memoryMiB } from "../../model/units";
import { toolCredentials } from "./tools";
import {
  CONFIG_PATH,
  FOLLOWED,
  FOLLOWED_WITH_CREDENTIALS,
  GATEWAY_PORTS,
  dynamicConfig,
  staticConfig,
  TLS_PATH,
  type DynamicConfig,
  type EntryPoint,
} from "./traefik";

export { GATEWAY_PORTS };

const GATEWAY_USER = "65532:65532";
const CPUS = 1;
const tlsVolume = (authority: JobSpec): string => `${authority.name}-tls`;

/**
 * A private certificate authority. Its key never leaves its volume, which is kept like data: with another key
 * every client would have to trust it anew. Leaves are issued again when they run out, or names or the epoch change.
 */
export function certificateAuthority(name: string): JobSpec {
  return defineJob({
    name,
    title: "Certificate authority",
    capability: "gateway",
    image: thirdParty("toolbox"),
    lanes: [],
    resources: { memory: "64MiB", cpus: 0.5 },
    user: GATEWAY_USER,
    data: [{ name, path: "/ca", backup: { method: "files" } }],
    configure: ({ settings }) => ({
      command: [
        ...["ca", "issue", "--ca-dir", "/ca", "--out", TLS_PATH, "--name", "gateway"],
        ...["--dns", settings.hostNames.join(","), "--ip", settings.bindAddress],
        ...["--days", "397", "--serial-epoch", String(settings.tlsEpoch)],
      ],
      shared: [{ volume: `${name}-tls`, path: TLS_PATH, readOnly: false, create: { protectsData: false } }],
    }),
  });
}

export interface GatewayInput extends Pick<ServiceSpec, "name" | "title" | "tier" | "ports"> {
  readonly publish: NonNullable<ServiceSpec["publish"]>;
  readonly entryPoints: (context: ConfigureContext) => readonly EntryPoint[];
  readonly routes: (context: ConfigureContext) => DynamicConfig;
  /** Issues its certificate. */
  readonly authority: JobSpec;
  /** @default 256 MiB; an open socket of a browser takes 170 kB */
  readonly resources?: Pick<Resources, "memory" | "precedence">;
  /** Clients show a certificate of that authority, and log in nowhere. @default false */
  readonly mutual?: boolean;
  /** It lets in who is logged in at the platform, where that can be known. @default false */
  readonly sessions?: boolean;
  /** Tools that ask for a login know it as the one that lets sessions in. @default false */
  readonly frontsTools?: boolean;
}

/** Traefik with the file provider. No Docker socket; routes and certificates are read again when they change. */
export function traefik({
  name,
  title,
  tier,
  ports,
  publish,
  entryPoints,
  routes,
  authority,
  resources = { memory: "256MiB" },
  mutual = false,
  sessions = false,
  frontsTools = false,
}: GatewayInput): ServiceSpec {
  const followed = frontsTools ? FOLLOWED_WITH_CREDENTIALS : FOLLOWED;
  return defineService({
    name,
    title,
    capability: "gateway",
    image: thirdParty("traefik"),
    lanes: ["frontend", "lowlatency", "backend"],
    entrypoint: followed.entrypoint,
    command: [`--configfile=${CONFIG_PATH}/traefik.yml`],
    ports: { ...ports, metrics: GATEWAY_PORTS.metrics },
    localPorts: {
      ping: GATEWAY_PORTS.ping,
      ...(sessions ? { sessions: GATEWAY_PORTS.sessions } : {}),
    },
    frontsTools,
    probe: httpProbe("/ping", { port: "ping" }),
    metrics: { kind: "endpoint", port: "metrics", path: "/metrics" },
    needs: [authority],
    resources: { cpus: CPUS, ...resources },
    env: {
      GOMAXPROCS: goProcessors(CPUS),
      // what a request leaves is collected less often; the limit still bounds it
      GOGC: "400",
      GOMEMLIMIT: goMemoryLimit(memoryMiB(resources.memory)),
    },
    user: GATEWAY_USER,
    configPath: CONFIG_PATH,
    // Request bodies that do not fit in memory.
    tmpfs: { "/tmp": { size: "64MiB" }, ...followed.tmpfs },
    stopGrace: "15s",
    tier,
    slo: { availability: 99.9 },
    publish,
    configure: (context) => ({
      config: [
        staticConfig(entryPoints(context), {
          accessLog: context.settings.accessLog,
          sessions: sessions && sessionKeeper(context.services) !== undefined,
        }),
        dynamicConfig(context.settings.tlsEpoch, routes(context), mutual),
      ],
      secrets: mutual
        ? []
        : [
            {
              path: "users",
              content: secretText`operator:${secretRef(context.own("operator", `${title}: login`), "bcrypt")}\n`,
            },
            ...(frontsTools ? toolCredentials(context) : []),
          ],
      shared: [{ volume: tlsVolume(authority), path: TLS_PATH, readOnly: true }],
    }),
  });
}
