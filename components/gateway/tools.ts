import { hostPort, publishedTools, toolPortName, usualPort } from "../../model/ports";
import { joinTexts, secretRef, secretText } from "../../model/secrets";
import type { ConfigureContext, FileSpec, PlatformContext } from "../../model/service";
import { sessionKeeper } from "../../model/sessions";
import { behind, commonMiddlewares, hostRule, section } from "./common";
import { credentialName, guardedRouters, sessionParts, type Guard } from "./guard";
import { TOOL_CREDENTIALS, type DynamicConfig, type EntryPoint } from "./traefik";

/**
 * One entry point for each published tool: HTTP with a Host check and a login, TCP inside TLS. With `mutual`
 * nobody logs in: the gateway asks for a certificate.
 */
export function toolsConfig(context: PlatformContext, mutual = false): DynamicConfig {
  const { services, settings, wellKnown } = context;
  const tools = publishedTools(services, settings).map(({ service, tool }) => ({
    service,
    tool,
    name: toolPortName(tool),
  }));
  const http = tools.filter(({ tool }) => tool.protocol === "http");
  const tcp = tools.filter(({ tool }) => tool.protocol === "tcp");
  const rule = hostRule(context);
  const hasSessions = !mutual && sessionKeeper(services) !== undefined;
  const guards = http.map(({ tool: { login, role, changes }, name }): Guard => ({
    ...{ name, rule, service: name, login: mutual ? "none" : login },
    ...{ role, changes },
  }));
  const sessions = sessionParts(guards, mutual ? [] : services);
  return {
    http: {
      middlewares: {
        ...commonMiddlewares(hostPort("https", settings, wellKnown), {
          login: !mutual,
          sessions: hasSessions,
        }),
        ...Object.fromEntries(sessions.middlewares),
      },
      ...section("routers", [
        ...guards.flatMap((guard) => guardedRouters(guard, hasSessions)),
        ...sessions.routers,
      ]),
      ...section("services", [
        ...http.map(({ service, tool, name }) => [name, behind(service, tool.port)] as const),
        ...sessions.services,
      ]),
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

/** What a gateway shows to tools that ask by HTTP basic authentication: the rest of its configuration, and a secret. */
export function toolCredentials({ services, settings, credentialAt }: ConfigureContext): readonly FileSpec[] {
  if (sessionKeeper(services) === undefined) return [];
  const shown = publishedTools(services, settings).filter(({ tool }) => tool.login === "basic");
  if (shown.length === 0) return [];
  const middlewares = shown.map(
    ({ service, tool }) => secretText`    ${credentialName(toolPortName(tool))}:
      headers:
        customRequestHeaders:
          Authorization: "Basic ${secretRef(credentialAt(service), "basic")}"
`,
  );
  return [{ path: TOOL_CREDENTIALS, content: secretText`http:\n  middlewares:\n${joinTexts(middlewares)}` }];
}

/** An entry point for each published tool, on the tool's usual port. */
export function toolEntryPoints({ services, settings, wellKnown }: PlatformContext): readonly EntryPoint[] {
  return publishedTools(services, settings).map(({ tool }) => {
    const name = toolPortName(tool);
    return { name, port: usualPort(name, wellKnown) };
  });
}
