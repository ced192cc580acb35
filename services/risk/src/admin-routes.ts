import { z } from "zod";
import { identifier, killLevel, symbol, tradingState } from "../../contracts";
import { callerOf, HttpError, orUnavailable, queryInteger, refusals, type Http, type Log } from "../../kit";
import type { Admin } from "./admin";
import type { Drawdowns } from "./drawdown";
import { accountLimits, defaultLimits, limitBook, symbolLimits, type LimitIndex } from "./limits";
import { limitHistoryEntry, type LimitChange, type LimitStore } from "./limit-store";
import type { Gate } from "./engine";
import { stateRecord, type TradingStateStore } from "./trading-state";

const reason = z.string().trim().min(1).max(500);

const stateView = z
  .strictObject({
    /** What counts now: HALTED, too, when something is not known. */
    state: tradingState,
    why: z.string(),
    /** Whether the store has it. */
    durable: z.boolean(),
    last_change: stateRecord.optional(),
    /** Accounts that may only reduce until somebody resumes. */
    drawdown_halts: z.array(identifier),
  })
  .meta({ id: "TradingStateView" });

export interface AdminRoutes {
  readonly admin: Admin;
  readonly index: LimitIndex;
  readonly store: LimitStore;
  readonly state: TradingStateStore;
  readonly gate: Gate;
  readonly drawdowns: Drawdowns;
  readonly log: Log;
}

/** The trading state and the limits, to look at and to change. */
export function addAdminRoutes(http: Http, routes: AdminRoutes): void {
  addStateRoutes(http, routes);
  addLimitRoutes(http, routes);
}

function addStateRoutes(http: Http, { admin, state, gate, drawdowns }: AdminRoutes): void {
  const view = (): z.output<typeof stateView> => ({
    ...gate.state(),
    durable: state.durable,
    ...(state.record ? { last_change: state.record } : {}),
    drawdown_halts: [...drawdowns.accounts].filter(([, { halted }]) => halted).map(([account]) => account),
  });
  const response = { 200: stateView };
  http.get(
    "/state",
    { config: { role: "viewer" }, schema: { summary: "Whether trading goes on", response } },
    view,
  );
  http.post(
    "/halt",
    {
      config: { role: "trader" },
      schema: {
        summary: "Stops trading, or lets only orders pass that reduce; counts at once",
        body: z.strictObject({ level: killLevel.default("no-new-orders"), reason }),
        response: { ...response, 202: stateView },
      },
    },
    async (request, reply) => {
      const durable = await admin.halt(callerOf(request), request.body.level, request.body.reason);
      return reply.code(durable ? 200 : 202).send(view());
    },
  );
  http.post(
    "/resume",
    {
      config: { role: "admin" },
      schema: {
        summary: "Lets trading go on, and measures drawdowns from here",
        body: z.strictObject({ reason }),
        response,
      },
    },
    async (request) => {
      await admin.resume(callerOf(request), request.body.reason);
      return view();
    },
  );
}

function addLimitRoutes(http: Http, { admin, index, store, log }: AdminRoutes): void {
  const response = { 200: limitBook };
  http.get(
    "/limits",
    {
      config: { role: "viewer" },
      schema: {
        summary: "All limits; of a field the symbol's word counts, else the account's, else the default",
        response,
      },
    },
    (_request, reply) => {
      reply.header("etag", `"${index.book.version}"`);
      return index.book;
    },
  );
  http.get(
    "/limits/history",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Every change of a limit, newest first: who, when, why, from what to what",
        querystring: z.strictObject({ limit: queryInteger(z.int().min(1).max(1000)).default(100) }),
        response: { 200: z.array(limitHistoryEntry) },
      },
    },
    async (request) => [
      ...(await orUnavailable(store.history(request.query.limit), {
        log,
        code: "history_unavailable",
        message: "The history of the limits cannot be read at the moment; try again.",
      })),
    ],
  );
  const headers = z.looseObject({
    "if-match": z.string().regex(/^"?\d+"?$/, {
      error: "wants the version of the limits that are to be changed, as GET /limits gave it",
    }),
  });
  const change = async (
    request: Parameters<typeof callerOf>[0],
    match: string,
    what: LimitChange,
    why: string,
  ) => admin.changeLimits(callerOf(request), what, Number(match.replaceAll('"', "")), why);
  const config = { role: "admin" } as const;
  // somebody else has changed them since they were read
  const changed = { ...response, ...refusals(412) };
  http.put(
    "/limits/default",
    {
      config,
      schema: {
        summary: "Sets the limits of everything that nothing else is said of",
        headers,
        body: z.strictObject({ limits: defaultLimits, reason }),
        response: changed,
      },
    },
    (request) => {
      const { limits, reason: why } = request.body;
      return change(request, request.headers["if-match"], { scope: "default", limits }, why);
    },
  );
  http.put(
    "/limits/accounts/:account",
    {
      config,
      schema: {
        summary: "Sets an account's limits; fields that it leaves out are the default's",
        headers,
        params: z.strictObject({ account: identifier }),
        body: z.strictObject({ limits: accountLimits, reason }),
        response: changed,
      },
    },
    (request) => {
      const { limits, reason: why } = request.body;
      const { account: key } = request.params;
      return change(request, request.headers["if-match"], { scope: "account", key: safe(key), limits }, why);
    },
  );
  http.put(
    "/limits/symbols/:symbol",
    {
      config,
      schema: {
        summary: "Sets a symbol's limits; fields that it leaves out are the account's, or the default's",
        headers,
        params: z.strictObject({ symbol }),
        body: z.strictObject({ limits: symbolLimits, reason }),
        response: changed,
      },
    },
    (request) => {
      const { limits, reason: why } = request.body;
      const { symbol: key } = request.params;
      return change(request, request.headers["if-match"], { scope: "symbol", key: safe(key), limits }, why);
    },
  );
}

/** Names that every object has are no keys of a record. */
function safe(key: string): string {
  if (key in {}) throw new HttpError(400, "invalid", `${key} cannot be the name of anything here.`);
  return key;
}
