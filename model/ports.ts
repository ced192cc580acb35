import type { HostPort } from "./plan";
import type { Problem } from "./problems";
import type { ServiceSpec, ToolLogin, ToolSpec } from "./service";
import type { Settings } from "./settings";

/** Host ports of the gateways themselves; everything else has its entry in `wellKnown` or a lane's range. */
const GATEWAY_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The port that users know by that name. @throws Error for an unknown name */
export function usualPort(name: string, wellKnown: Readonly<Record<string, number>>): number {
  const port = GATEWAY_PORTS[name] ?? wellKnown[name] ?? Number(/^port-(\d+)$/.exec(name)?.[1]);
  if (!Number.isInteger(port)) throw new Error(`no host port is named "${name}"`);
  return port;
}

/**
 * The host port of that name: the operator's own, else the usual one, moved as far as the stack's are.
 * @throws Error for an unknown name
 */
export function hostPort(
  name: string,
  settings: Pick<Settings, "hostPorts" | "portOffset">,
  wellKnown: Readonly<Record<string, number>>,
): number {
  return settings.hostPorts[name] ?? usualPort(name, wellKnown) + settings.portOffset;
}

/** The gateway as its clients know it: scheme, first host name, and the port where it is not HTTPS's own. */
export function gatewayUrl(settings: Settings, wellKnown: Readonly<Record<string, number>>): string {
  const [host = "localhost"] = settings.hostNames;
  const https = hostPort("https", settings, wellKnown);
  return `https://${host}${https === 443 ? "" : `:${https}`}`;
}

/** Name of a tool's host port in the settings. */
export function toolPortName(tool: Pick<ToolSpec, "hostPort">): string {
  return typeof tool.hostPort === "string" ? tool.hostPort : `port-${tool.hostPort}`;
}

/** A tool as these settings have it. */
export type PublishedTool = Omit<ToolSpec, "login"> & { readonly login: ToolLogin };

/** Tools that are published with these settings: data stores only on request. */
export function publishedTools(
  services: readonly ServiceSpec[],
  settings: Settings,
): readonly { readonly service: ServiceSpec; readonly tool: PublishedTool }[] {
  return services.flatMap((service) =>
    service.tools
      .filter((tool) => !tool.data || settings.exposeData)
      .map((tool) => {
        const login = typeof tool.login === "function" ? tool.login(settings) : tool.login;
        return { service, tool: { ...tool, login } };
      }),
  );
}

/** A listener on the host, as far as it is known. */
export interface UsedPort {
  readonly port: number;
  readonly owner: string;
}

/** One owner a port; nothing that the host already uses; no override that names nothing. */
export function hostPortProblems(
  ports: readonly HostPort[],
  settings: Settings,
  used: readonly UsedPort[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<number, string>();
  for (const port of ports) {
    const path = `trade2026:hostPorts.${port.name}`;
    const fix = `pulumi config set --path trade2026:hostPorts.${port.name} <free port>`;
    const other = owners.get(port.host);
    if (other !== undefined) {
      problems.push({
        path,
        what: `is the port of ${other} too`,
        value: port.host,
        allowed: "one owner each",
        fix,
      });
    }
    owners.set(port.host, port.name);
    const taken = used.find((listener) => listener.port === port.host);
    if (taken)
      problems.push({
        path,
        what: `is in use on this host by ${taken.owner}`,
        value: port.host,
        allowed: "a free port",
        fix,
      });
  }
  const names = new Set(ports.map((port) => port.name));
  for (const [name, value] of Object.entries(settings.hostPorts)) {
    if (names.has(name)) continue;
    problems.push({
      path: `trade2026:hostPorts.${name}`,
      what: "names no port that this stack publishes",
      value,
      allowed: [...names].join(", "),
      fix: `pulumi config rm --path trade2026:hostPorts.${name}`,
    });
  }
  return problems;
}
