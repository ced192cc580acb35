import { stringify } from "yaml";
import { hostPort, publishedTools, toolPortName, usualPort } from "../../model/ports";
import type { Settings } from "../../model/settings";
import type { FileSpec, PlatformContext, RouteSpec, ServiceSpec } from "../../model/service";
import { followed, followedFile } from "../core/followed";

/** Container ports; above 1024, so that no capability is needed. */
export const GATEWAY_PORTS = { http: 8000, https: 8443, dashboard: 8080, ping: 8082, metrics: 8083 } as const;

export const CONFIG_PATH = "/etc/traefik";
export const TLS_PATH = "/tls";
const USERS_FILE = "/run/secrets/users";

/** An entry point of Traefik: a listener with its name. */
export interface EntryPoint {
  readonly name: string;
  readonly port: number;
  readonly redirectToHttps?: number;
}

/** Of a request; every field passes the engine, the shipper and the store of logs. */
const LOGGED = [
  ...["StartUTC", "ClientHost", "RequestHost", "RequestMethod", "RequestPath", "RouterName"],
  ...["DownstreamStatus", "OriginStatus", "Duration", "OriginDuration", "DownstreamContentSize"],
] as const;

/**
 * Static configuration, in one file: Traefik takes it from a file, from flags or from the environment, and where
 * there is a file the others are ignored.
 */
export function staticConfig(entryPoints: readonly EntryPoint[], accessLog: Settings["accessLog"]): FileSpec {
  const timeouts = { readTimeout: "60s", writeTimeout: "0s", idleTimeout: "180s" };
  return {
    path: "traefik.yml",
    content: stringify({
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      log: { level: "INFO", format: "json" },
      accessLog: {
        format: "json",
        // each line for itself wakes three processes
        bufferingSize: 100,
        // one of them is enough
        ...(accessLog === "all"
          ? {}
          : { filters: { statusCodes: ["400-599"], minDuration: "500ms", retryAttempts: true } }),
        fields: {
          defaultMode: "drop",
          names: Object.fromEntries(LOGGED.map((name) => [name, "keep"])),
          headers: { defaultMode: "drop", names: { "User-Agent": "keep" } },
        },
      },
      api: { dashboard: true, insecure: false },
      ping: { entryPoint: "ping" },
      metrics: { prometheus: { entryPoint: "metrics", addRoutersLabels: true, addServicesLabels: true } },
      providers: { file: { directory: DYNAMIC_PATH, watch: true } },
      serversTransport: {
        forwardingTimeouts: { dialTimeout: "5s", responseHeaderTimeout: "60s", idleConnTimeout: "90s" },
      },
      entryPoints: Object.fromEntries([
        ...[...entryPoints].map(({ name, port, redirectToHttps }) => [
          name,
          {
            address: `:${port}`,
            transport: {
              respondingTimeouts: timeouts,
              lifeCycle: { requestAcceptGraceTimeout: "1s", graceTimeOut: "8s" },
            },
            forwardedHeaders: { insecure: false },
            ...(redirectToHttps === undefined
              ? {}
              : {
                  http: {
                    redirections: {
                      entryPoint: { to: `:${redirectToHttps}`, scheme: "https", permanent: true },
                    },
                  },
                }),
          },
        ]),
        ["ping", { address: `127.0.0.1:${GATEWAY_PORTS.ping}` }],
        ["metrics", { address: `:${GATEWAY_PORTS.metrics}` }],
      ]),
    }),
  };
}

/** Sections of Traefik's dynamic configuration: routers, services, middlewares. */
export interface DynamicConfig {
  readonly http: Readonly<Record<string, unknown>>;
  readonly tcp?: Readonly<Record<string, unknown>>;
}

/**
 * Everything that is read again when it changes, in one file that `t26 follow` hands over whole ({@link FOLLOW}):
 * Traefik would take an empty one, or a part of it, as the new configuration. `mutual` is part of the default TLS options: those of a router count only where the client
 * names the router's host, and one that comes by the address names none.
 */
export function dynamicConfig(epoch: number, { http, tcp }: DynamicConfig, mutual = false): FileSpec {
  const pair = { certFile: `${TLS_PATH}/tls.crt`, keyFile: `${TLS_PATH}/tls.key` };
  const config = {
    http,
    ...(tcp === undefined ? {} : { tcp }),
    tls: {
      certificates: [pair],
      stores: { default: { defaultCertificate: pair } },
      options: { default: { minVersion: "VersionTLS12", ...(mutual ? { clientAuth: CLIENT_AUTH } : {}) } },
    },
  };
  // The epoch is in the file, so that raising it makes Traefik read the new leaf.
  const content = `# certificate epoch ${epoch}\n${stringify(config)}`;
  return followedFile("dynamic/dynamic.yml", content);
}

/** Lets in nobody without a certificate of the gateway's own authority. */
const CLIENT_AUTH = { caFiles: [`${TLS_PATH}/ca.crt`], clientAuthType: "RequireAndVerifyClientCert" };

/** Where Traefik reads it, and what puts it there. */
const DYNAMIC_PATH = "/run/dynamic";
export const FOLLOW = followed("traefik", {
  from: `${CONFIG_PATH}/dynamic`,
  to: DYNAMIC_PATH,
  reload: false,
});

/** Routers, services and middlewares of the main gateway. */
export function routesConfig({ services, settings, wellKnown }: PlatformContext): DynamicConfig {
  const hosts = hostRule([...settings.hostNames, settings.bindAddress]);
  const routed = services.flatMap((service) => (service.route ? [{ service, route: service.route }] : []));
  const landing = routed.find(({ route }) => route.path === "/");
  const middlewares = routed.map(({ service, route }) => routeMiddlewares(service, route, landing?.service));
  return {
    http: {
      routers: {
        dashboard: {
          entryPoints: ["dashboard"],
          rule: hosts,
          service: "api@internal",
          middlewares: ["login", "security-headers"],
          tls: {},
        },
        ...Object.fromEntries(
          routed.flatMap(({ service, route }, index) => {
            const router = {
              entryPoints: ["https"],
              rule: `(${hosts}) && ${pathRule(route.path)}`,
              priority: route.path === "/" ? 1 : 10 + route.path.length,
              service: service.name,
              middlewares: ["security-headers", ...(middlewares[index] ?? []).map(([name]) => name)],
              tls: {},
            };
            return [
              [service.name, router],
              ...(keepsPrefix(route) ? [[`${service.name}-health`, healthRouter(router, route, hosts)]] : []),
            ];
          }),
        ),
      },
      ...section(
        "services",
        routed.map(({ service, route }) => [
          service.name,
          {
            loadBalancer: {
              servers: [{ url: serviceUrl(service, route.port ?? "http") }],
              passHostHeader: true,
            },
          },
        ]),
      ),
      middlewares: {
        ...commonMiddlewares(hostPort("https", settings, wellKnown)),
        ...(routed.some(({ route }) => keepsPrefix(route))
          ? { health: { replacePath: { path: "/health" } } }
          : {}),
        ...Object.fromEntries(middlewares.flat()),
      },
    },
  };
}

/**
 * One entry point for each published tool: HTTP with a Host check and a login, TCP inside TLS. With `mutual`
 * nobody logs in: the gateway asks for a certificate.
 */
export function toolsConfig(
  { services, settings, wellKnown }: PlatformContext,
  mutual = false,
): DynamicConfig {
  const tools = publishedTools(services, settings).map(({ service, tool }) => ({
    service,
    tool,
    name: toolPortName(tool),
  }));
  const http = tools.filter(({ tool }) => tool.protocol === "http");
  const tcp = tools.filter(({ tool }) => tool.protocol === "tcp");
  const hosts = hostRule([...settings.hostNames, settings.bindAddress]);
  return {
    http: {
      middlewares: commonMiddlewares(hostPort("https", settings, wellKnown), !mutual),
      ...section(
        "routers",
        http.map(({ tool, name }) => [
          name,
          {
            entryPoints: [name],
            rule: hosts,
            service: name,
            middlewares: ["security-headers", ...(tool.login === "gateway" && !mutual ? ["login"] : [])],
            tls: {},
          },
        ]),
      ),
      ...section(
        "services",
        http.map(({ service, tool, name }) => [
          name,
          { loadBalancer: { servers: [{ url: serviceUrl(service, tool.port) }], passHostHeader: true } },
        ]),
      ),
    },
    ...(tcp.length === 0
      ? {}
      : {
          tcp: {
            ...section(
              "routers",
              tcp.map(({ name }) => [
                name,
                { entryPoints: [name], rule: "HostSNI(`*`)", service: name, tls: {} },
              ]),
            ),
            ...section(
              "services",
              tcp.map(({ service, tool, name }) => [
                name,
                { loadBalancer: { servers: [{ address: `${service.name}:${service.ports[tool.port]}` }] } },
              ]),
            ),
          },
        }),
  };
}

/** A section by name; none when it is empty, which Traefik refuses with the whole file. */
function section(
  name: string,
  entries: readonly (readonly [string, unknown])[],
): Readonly<Record<string, unknown>> {
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

function hostRule(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `Host(\`${name}\`)`).join(" || ");
}

/** `/api/orders` must not catch `/api/orders-archive`. */
function pathRule(path: string): string {
  return path === "/" ? "PathPrefix(`/`)" : `(Path(\`${path}\`) || PathPrefix(\`${path}/\`))`;
}

function serviceUrl(service: ServiceSpec, port: string): string {
  return `http://${service.name}:${service.ports[port]}`;
}

function commonMiddlewares(httpsPort: number, login = true): Readonly<Record<string, unknown>> {
  return {
    "security-headers": {
      headers: {
        frameDeny: true,
        contentTypeNosniff: true,
        referrerPolicy: "no-referrer",
        permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=()",
        // HSTS covers every port of the host name; only where https has the port that browsers assume.
        ...(httpsPort === 443 ? { stsSeconds: 31_536_000, forceSTSHeader: true } : {}),
        customResponseHeaders: { Server: "", "X-Powered-By": "" },
      },
    },
    ...(login
      ? { login: { basicAuth: { usersFile: USERS_FILE, realm: "Trade2026", removeHeader: true } } }
      : {}),
  };
}

const keepsPrefix = ({ path, stripPrefix }: RouteSpec): boolean => path !== "/" && stripPrefix === false;

/** `<path>/health` says the service's word, also where the service sees the whole path. */
function healthRouter(
  router: { readonly priority: number; readonly middlewares: readonly string[] },
  { path }: RouteSpec,
  hosts: string,
): object {
  return {
    ...router,
    rule: `(${hosts}) && Path(\`${path}/health\`)`,
    priority: router.priority + 1,
    middlewares: [...router.middlewares, "health"],
  };
}

/** Limits of one route, in the order in which they apply; error pages come from the landing service. */
function routeMiddlewares(
  service: ServiceSpec,
  route: RouteSpec,
  landing: ServiceSpec | undefined,
): readonly (readonly [string, unknown])[] {
  const name = service.name;
  const { average, burst } = route.rate ?? { average: 200, burst: 400 };
  return [
    [`${name}-rate`, { rateLimit: { average, burst, period: "1s" } }],
    [`${name}-in-flight`, { inFlightReq: { amount: route.inFlight ?? 1000 } }],
    [`${name}-body`, { buffering: { maxRequestBodyBytes: route.maxBodyBytes ?? 1_048_576 } }],
    ...(landing && landing !== service
      ? [
          [
            `${name}-errors`,
            { errors: { status: ["502-504"], service: landing.name, query: "/errors/{status}?url={url}" } },
          ] as const,
        ]
      : []),
    ...(route.path !== "/" && !keepsPrefix(route)
      ? [[`${name}-strip`, { stripPrefix: { prefixes: [route.path] } }] as const]
      : []),
  ];
}

/** An entry point for each published tool, on the tool's usual port. */
export function toolEntryPoints({ services, settings, wellKnown }: PlatformContext): readonly EntryPoint[] {
  return publishedTools(services, settings).map(({ tool }) => {
    const name = toolPortName(tool);
    return { name, port: usualPort(name, wellKnown) };
  });
}
