import { z } from "zod";
import { killLevel, tradingMode } from "../../contracts/control";
import { nonNegativeDecimal } from "../../contracts/values";
import { callerOf, type Http, type Policy } from "../../kit";
import { dayOf } from "./caps";
import type { Gateway } from "./context";
import type { Enforcer } from "./enforcer";
import type { FeedPump } from "./feed";
import { killSwitchState } from "./kill-switch";
import { assertAllowed } from "./policy";
import { reconcile, type Reconciliation } from "./reconcile";

export interface ApiParts {
  readonly gateway: Gateway;
  readonly enforcer: Enforcer;
  readonly feeds: ReadonlyMap<string, FeedPump>;
  readonly policy: Policy;
}

const reason = z.string().trim().min(1).max(500);
const capsShape = z.object({
  daily: nonNegativeDecimal,
  order: nonNegativeDecimal.optional(),
  spent_today: z.string(),
});
const stateShape = z.object({
  mode: tradingMode,
  kill_switch: killSwitchState,
  enforcement: z.object({ level: killLevel.nullable(), venues: z.record(z.string(), z.string()) }),
  caps: capsShape,
});
const venueShape = z.object({
  name: z.string(),
  live: z.boolean(),
  in_use: z.boolean(),
  disabled: z.string().optional(),
  reconciled: z.boolean(),
  breaker: z.enum(["closed", "open", "half-open"]),
  breaker_reason: z.string().optional(),
  feed: z.object({ seq: z.int(), waiting: z.int(), trouble: z.string().optional() }).optional(),
});
const difference = z.object({ account: z.string(), symbol: z.string(), here: z.string(), venue: z.string() });
const reconciliationShape = z.object({
  venue: z.string(),
  at: z.int(),
  open: z.int(),
  unknown: z.array(z.string()),
  missing: z.array(z.string()),
  unsent: z.int(),
  ended: z.int(),
  positions: z.array(difference),
  agrees: z.boolean(),
});

export function stateOf({
  gateway,
  enforcer,
}: Pick<ApiParts, "gateway" | "enforcer">): z.input<typeof stateShape> {
  const { desks, trading, caps, store, now } = gateway;
  return {
    mode: desks.mode,
    kill_switch: trading.state,
    enforcement: enforcer.state,
    caps: {
      daily: caps.daily,
      ...(caps.order === undefined ? {} : { order: caps.order }),
      spent_today: store.spent(dayOf(now())).toFixed(),
    },
  };
}

export function addRoutes(http: Http, parts: ApiParts): void {
  const { gateway, policy } = parts;
  const { desks, trading, now } = gateway;
  http.get(
    "/mode",
    {
      config: { role: "viewer" },
      schema: { summary: "The trading mode", response: { 200: z.object({ mode: tradingMode }) } },
    },
    () => ({ mode: desks.mode }),
  );
  http.get(
    "/state",
    {
      config: { role: "viewer" },
      schema: { summary: "Mode, kill switch and caps", response: { 200: stateShape } },
    },
    () => stateOf(parts),
  );
  http.get(
    "/venues",
    {
      config: { role: "viewer" },
      schema: { summary: "Every venue, and whether it can be used", response: { 200: z.array(venueShape) } },
    },
    () => venuesOf(parts),
  );
  http.get(
    "/reconciliation",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Open orders and positions at the venues against those known here, asked now",
        response: {
          200: z.array(z.union([reconciliationShape, z.object({ venue: z.string(), error: z.string() })])),
        },
      },
    },
    async () => compareAll(gateway),
  );
  http.post(
    "/halt",
    {
      config: { role: "trader" },
      schema: {
        summary: "Stops trading at once",
        body: z.strictObject({ level: killLevel, reason }),
        response: { 200: stateShape },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await assertAllowed(policy, "halt", caller);
      trading.halt({ ...request.body, by: nameOf(caller.subject), at: now() }, "api");
      return stateOf(parts);
    },
  );
  http.post(
    "/resume",
    {
      config: { role: "admin" },
      schema: {
        summary: "Lets trading go on",
        body: z.strictObject({ reason }),
        response: { 200: stateShape },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      await assertAllowed(policy, "resume", caller);
      trading.resume({ ...request.body, by: nameOf(caller.subject), at: resumeTime(gateway) }, "api");
      return stateOf(parts);
    },
  );
}

/** Later than the halt that it ends, whatever the clocks say. */
export function resumeTime({ trading, now }: Pick<Gateway, "trading" | "now">): number {
  return Math.max(now(), trading.state.at + 1);
}

/** A token's subject as a name of the contracts. */
function nameOf(subject: string): string {
  const name = subject.replaceAll(/[^A-Za-z0-9_.:-]/g, "_").slice(0, 64);
  return /^[A-Za-z0-9]/.test(name) ? name : `u${name}`.slice(0, 64);
}

function venuesOf({ gateway, feeds }: ApiParts): z.input<typeof venueShape>[] {
  const inUse = new Set(gateway.desks.inUse);
  return gateway.desks.all.map((desk) => {
    const { venue, breaker, reconciled } = desk;
    const feed = feeds.get(venue.name)?.state;
    return {
      name: venue.name,
      live: venue.live,
      in_use: inUse.has(desk),
      ...(venue.disabled === undefined ? {} : { disabled: venue.disabled }),
      reconciled,
      breaker: breaker.state,
      ...(breaker.reason === undefined ? {} : { breaker_reason: breaker.reason }),
      ...(feed
        ? {
            feed: {
              seq: feed.seq,
              waiting: feed.waiting,
              ...(feed.trouble ? { trouble: feed.trouble } : {}),
            },
          }
        : {}),
    };
  });
}

type Compared = Reconciliation | { readonly venue: string; readonly error: string };

async function compareAll({ desks, store, now }: Gateway) {
  return Promise.all(
    desks.inUse.map(
      async ({ venue }): Promise<z.input<typeof reconciliationShape> | { venue: string; error: string }> => {
        const compared: Compared = await reconcile(store, venue, now).catch((error: unknown) => ({
          venue: venue.name,
          error: error instanceof Error ? error.message : String(error),
        }));
        if ("error" in compared) return compared;
        const { unknown, missing, positions, ...rest } = compared;
        return { ...rest, unknown: [...unknown], missing: [...missing], positions: [...positions] };
      },
    ),
  );
}
