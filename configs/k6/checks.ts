import { check } from "k6";
import http, { type Answer } from "k6/http";
import type { RouteCheck } from "../../model/load/targets";
import { readsIn } from "../../model/load/reads";
import { measure } from "./measures";
import { run } from "./run";
import { bearer, tokenOf, type Token } from "./tokens";

/** A small read of a service that asks for a token. */
export interface Read {
  readonly service: string;
  readonly url: string;
}

const MOST_TRIES = 8;

/** Asks each service what it offers, and takes the first read that wants a token and lets ours in. */
export function findReads(token: string): readonly Read[] {
  return run.checks.flatMap(({ service, path, kind }): readonly Read[] => {
    if (kind !== "api") return [];
    const { status, body } = quietly(`${run.base}${path}/openapi.json`);
    const offered = status === 200 && body !== null ? readsIn(JSON.parse(body)) : [];
    for (const read of offered.slice(0, MOST_TRIES)) {
      const url = `${run.base}${path}${read === "/" ? "" : read}`;
      if (quietly(url).status !== 401) continue;
      if (quietly(url, token).status !== 403) return [{ service, url }];
    }
    return [];
  });
}

/** Looks around; what is found here is no part of the test. */
function quietly(url: string, token?: string): Answer {
  return http.get(url, {
    ...(token === undefined ? {} : { headers: bearer(token) }),
    tags: { name: "setup" },
    responseType: "text",
    responseCallback: ANY,
    timeout: "10s",
  });
}
const ANY = http.expectedStatuses({ min: 200, max: 599 });
const REFUSED = http.expectedStatuses(401);

/** Every route once. */
export function checkRoutes(shared: Token, reads: readonly Read[]): void {
  const token = tokenOf(shared);
  run.checks.forEach((route) => checkRoute(route));
  for (const { service, url } of reads) {
    const name = `${service} read`;
    judge(http.get(url, { headers: bearer(token), tags: { name } }), `${name} with a token`, 200);
    judge(
      http.get(url, { tags: { name: `${service} refusal` }, responseCallback: REFUSED }),
      `${name} without one is refused`,
      401,
    );
  }
}

function checkRoute({ service, path, kind }: RouteCheck): void {
  const name = `${service} ${kind === "api" ? "health" : "answers"}`;
  const url = `${run.base}${path}${kind === "api" ? "/health" : ""}`;
  if (kind === "other") {
    const answer = http.get(url, { tags: { name }, responseCallback: ANSWERED });
    const right = check(answer, { [name]: ({ status }) => status >= 200 && status < 500 });
    measure(answer, right);
  } else judge(http.get(url, { tags: { name } }), name, 200);
}
const ANSWERED = http.expectedStatuses({ min: 200, max: 499 });

function judge(answer: Answer, name: string, wanted: number): void {
  measure(answer, check(answer, { [name]: ({ status }) => status === wanted }));
}
