import type { ServiceSpec, SessionRole, ToolLogin } from "../../model/service";
import { sessionKeeper } from "../../model/sessions";
import { BY_CREDENTIAL, SESSION_COOKIE } from "../../services/contracts/session";
import { behind, IDENTITY, SECURITY_HEADERS, WITH_COOKIES } from "./common";

/** What the answer about a session depends on. */
const ASKED_WITH = ["Accept", "Cookie", "Sec-Fetch-Mode", "Sec-Fetch-Site"];

/** Where a gateway asks itself about sessions: so that its error page is of that question, and not of the tool. */
export const SESSIONS = { name: "sessions", port: 8084 } as const;

export type Named = readonly (readonly [string, unknown])[];

/** A page of a gateway with an entry point of its own, and whom it is for. */
export interface Guard {
  /** Of its entry point and its router. */
  readonly name: string;
  readonly rule: string;
  /** Name of Traefik's service. */
  readonly service: string;
  readonly login: ToolLogin;
  /** To look. @default "viewer" */
  readonly role?: SessionRole | undefined;
  /** For more than a look. @default "admin" */
  readonly changes?: SessionRole | undefined;
}

/** Of a request with a credential, or from somebody who wants to be asked for one. */
const SHOWS_CREDENTIAL = `HeaderRegexp(\`Authorization\`, \`.\`) || Query(\`${BY_CREDENTIAL.name}\`, \`${BY_CREDENTIAL.value}\`)`;

/** The middleware that shows a tool the gateway's own credential. */
export const credentialName = (name: string): string => `${name}-credential`;

/**
 * The routers of a page. Without sessions it is one. With them, who shows a credential is judged by it, which goes on
 * while nobody knows the sessions; everybody else needs a session, but for programs that know nothing of it. Nothing
 * behind a gateway sees the session itself: who has it could show it to the other tools.
 */
export function guardedRouters({ name, rule, service, ...guard }: Guard, sessions: boolean): Named {
  const router = (
    middlewares: readonly string[],
    more?: { readonly if: string; readonly priority: number },
  ) => ({
    entryPoints: [name],
    rule: more ? `(${rule}) && ${more.if}` : rule,
    ...(sessions ? { priority: more?.priority ?? 1 } : {}),
    service,
    middlewares,
    tls: {},
  });
  const login = guard.login === "gateway" ? ["login"] : [];
  if (!sessions || guard.login === "none") return [[name, router([SECURITY_HEADERS, ...login])]];
  const byCredential = [
    `${name}-by-credential`,
    router([SECURITY_HEADERS, ...login], { if: `(${SHOWS_CREDENTIAL})`, priority: 3 }),
  ] as const;
  if (guard.login === "own")
    return [
      byCredential,
      [
        `${name}-without-session`,
        router([WITH_COOKIES, sessionOf(guard).name], {
          if: `HeaderRegexp(\`Cookie\`, \`${SESSION_COOKIE}=\`)`,
          priority: 2,
        }),
      ],
      [name, router([WITH_COOKIES])],
    ];
  const shown = guard.login === "basic" ? [credentialName(name)] : [];
  return [byCredential, [name, router([WITH_COOKIES, sessionOf(guard).name, ...shown])]];
}

/** What the routers of these pages need besides, where there are sessions. */
export function sessionParts(
  guards: readonly Guard[],
  services: readonly ServiceSpec[],
): Readonly<Record<"routers" | "services" | "middlewares", Named>> {
  const keeper = sessionKeeper(services);
  if (!keeper?.sessions) return { routers: [], services: [], middlewares: [] };
  const { path } = keeper.sessions;
  const landing = services.find(({ route }) => route?.path === "/");
  const asked = guards
    .filter(({ login }) => login !== "none")
    .map(sessionOf)
    .map(({ name, question }): [string, unknown] => [
      name,
      {
        forwardAuth: {
          address: `http://127.0.0.1:${SESSIONS.port}${path}?${question}`,
          authRequestHeaders: ASKED_WITH,
          authResponseHeaders: ["Cookie", ...IDENTITY],
        },
      },
    ]);
  return {
    routers: [
      [
        SESSIONS.name,
        {
          entryPoints: [SESSIONS.name],
          rule: `Path(\`${path}\`)`,
          service: SESSIONS.name,
          ...(landing ? { middlewares: ["sessions-errors"] } : {}),
        },
      ],
    ],
    services: [
      [SESSIONS.name, behind(keeper)],
      ...(landing ? [["sessions-errors", behind(landing)] as const] : []),
    ],
    middlewares: [
      ...asked,
      ...(landing
        ? [
            [
              "sessions-errors",
              {
                errors: {
                  status: ["500-504"],
                  statusRewrites: { "500-504": 503 },
                  service: "sessions-errors",
                  query: "/errors/login",
                },
              },
            ] as const,
          ]
        : []),
    ],
  };
}

/** The middleware that asks about a session for these pages, and what it asks: they share it with all that ask the same. */
function sessionOf({
  login,
  role = "viewer",
  changes = "admin",
}: Pick<Guard, "login" | "role" | "changes">): {
  readonly name: string;
  readonly question: string;
} {
  return login === "own"
    ? { name: "no-session", question: "role=none" }
    : { name: `session-${role}-${changes}`, question: `role=${role}&changes=${changes}` };
}
