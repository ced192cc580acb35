import { stringify } from "yaml";
import type { FileSpec } from "../../model/service";
import type { Settings } from "../../model/settings";
import { SECRETS_PATH } from "../../model/wiring";
import { followed, followedFile } from "../core/followed";
import { SESSIONS } from "./guard";

/** Container ports; above 1024, so that no capability is needed. */
export const GATEWAY_PORTS = {
  http: 8000,
  https: 8443,
  dashboard: 8080,
  ping: 8082,
  metrics: 8083,
  sessions: SESSIONS.port,
} as const;

export const CONFIG_PATH = "/etc/traefik";
export const TLS_PATH = "/tls";
/** Of the secrets, what is configuration. */
export const TOOL_CREDENTIALS = "tools.yml";

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
 * there is a file the others are ignored. With a dashboard comes the API, which shows every middleware with its values:
 * a gateway that has the credentials of tools has neither.
 */
export function staticConfig(
  entryPoints: readonly EntryPoint[],
  { accessLog, sessions }: { readonly accessLog: Settings["accessLog"]; readonly sessions: boolean },
): FileSpec {
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
      ...(entryPoints.some(({ name }) => name === DASHBOARD)
        ? { api: { dashboard: true, insecure: false } }
        : {}),
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
        ...(sessions ? [[SESSIONS.name, SESSIONS_ENTRY]] : []),
      ]),
    }),
  };
}

/** The one entry point at which Traefik shows itself. */
export const DASHBOARD = "dashboard";

/** The gateway itself asks there, and says of whom it asks. Counted and logged is the request that it asks for. */
const SESSIONS_ENTRY = {
  address: `127.0.0.1:${SESSIONS.port}`,
  forwardedHeaders: { trustedIPs: ["127.0.0.1/32"] },
  observability: { accessLogs: false, metrics: false },
};

/** Sections of Traefik's dynamic configuration: routers, services, middlewares. */
export interface DynamicConfig {
  readonly http: Readonly<Record<string, unknown>>;
  readonly tcp?: Readonly<Record<string, unknown>>;
}

/**
 * Everything that is read again when it changes, in one file that `t26 follow` hands over whole ({@link FOLLOWED}):
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
const FOLLOW = { from: `${CONFIG_PATH}/dynamic`, to: DYNAMIC_PATH, reload: false };
export const FOLLOWED = followed("traefik", FOLLOW);
/** The same for a gateway that has the credentials of tools. */
export const FOLLOWED_WITH_CREDENTIALS = followed("traefik", {
  ...FOLLOW,
  once: `${SECRETS_PATH}/${TOOL_CREDENTIALS}`,
});
