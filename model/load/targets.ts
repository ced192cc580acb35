import type { ServiceSpec } from "../service";
import { parseDuration } from "../units";
import type { RequestKind } from "./mix";

/** Where each kind of request goes, and what it is called in a report. */
export const ENDPOINTS: Readonly<
  Record<RequestKind, { readonly route: string; readonly title: string; readonly wanted: number }>
> = {
  order: { route: "/api/orders", title: "POST /api/orders", wanted: 201 },
  quote: { route: "/api/market", title: "GET /api/market/quote/…", wanted: 200 },
  positions: { route: "/api/pnl", title: "GET /api/pnl/positions", wanted: 200 },
};
export const KINDS = Object.keys(ENDPOINTS) as readonly RequestKind[];

/** What the smoke test asks of a routed service. */
export interface RouteCheck {
  readonly service: string;
  readonly path: string;
  /**
   * `api`: /health, and a small read that its own description offers, with a token and without;
   * `page`: the path itself gives a page; `other`: it answers, and not with an error of its own.
   */
  readonly kind: "api" | "page" | "other";
}

/** Every service that has a route, in the order of their paths: a new one has its check by having its route. */
export function routeChecks(services: readonly ServiceSpec[]): readonly RouteCheck[] {
  return services
    .flatMap(({ name, route }): readonly RouteCheck[] => {
      if (!route) return [];
      const { path, stripPrefix = path !== "/" } = route;
      return [{ service: name, path, kind: path === "/" ? "page" : stripPrefix ? "api" : "other" }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a service says nothing of its own. */
const GOAL_MS = 250;

/** Milliseconds within which 95 of a hundred answers are to come, as the service's own goal says. */
export type Goals = Readonly<Record<RequestKind, number>>;

export function goalsOf(services: readonly ServiceSpec[]): Goals {
  const goal = (kind: RequestKind): number => {
    const p95 = services.find(({ route }) => route?.path === ENDPOINTS[kind].route)?.slo?.latency?.p95;
    return p95 === undefined ? GOAL_MS : parseDuration(p95);
  };
  return { order: goal("order"), quote: goal("quote"), positions: goal("positions") };
}
