import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  decimal,
  decimalOf,
  identifier,
  newOrder,
  nonNegativeDecimal,
  riskAlert,
  riskReply,
  symbol,
  type NewOrder,
  type Order,
} from "../../contracts";
import { callerOf, HttpError, mayUse, queryInteger, type Caller, type Http } from "../../kit";
import type { Alerts } from "./alerts";
import type { Book } from "./book";
import type { RiskEngine } from "./engine";
import type { Account } from "./holding";
import type { Marks } from "./marks";
import { NOTHING } from "./tracked";
import { replyOf } from "./verdict";

const positionView = z
  .strictObject({
    account: identifier,
    symbol,
    quantity: decimal,
    open_buy: nonNegativeDecimal,
    open_sell: nonNegativeDecimal,
    market_price: decimal.optional(),
    exposure: nonNegativeDecimal,
  })
  .meta({ id: "RiskPosition" });

const exposureView = z
  .strictObject({
    account: identifier,
    exposure: nonNegativeDecimal,
    open_orders: z.int().nonnegative(),
    positions: z.array(positionView),
  })
  .meta({ id: "AccountExposure" });

const ofAccount = z.strictObject({ account: identifier.optional() });

export interface ReadRoutes {
  readonly book: Book;
  readonly marks: Marks;
  readonly alerts: Alerts;
  readonly engine: RiskEngine;
}

/** What can be looked at, and the trial of an order. */
export function addReadRoutes(http: Http, { book, marks, alerts, engine }: ReadRoutes): void {
  http.get(
    "/exposure",
    {
      config: { role: "viewer" },
      schema: {
        summary: "What the accounts hold and have asked for, in money",
        querystring: ofAccount,
        response: { 200: z.array(exposureView) },
      },
    },
    (request) =>
      accountsOf(book, callerOf(request), request.query.account).map((account) => ({
        account: account.name,
        exposure: decimalOf(account.exposure(marks)),
        open_orders: account.openOrders,
        positions: positionsOf(account, marks),
      })),
  );
  http.get(
    "/positions",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Positions, and the open orders of each side",
        querystring: ofAccount,
        response: { 200: z.array(positionView) },
      },
    },
    (request) =>
      accountsOf(book, callerOf(request), request.query.account).flatMap((account) =>
        positionsOf(account, marks),
      ),
  );
  http.get(
    "/alerts",
    {
      config: { role: "viewer" },
      schema: {
        summary: "The newest alerts since the service began, newest first",
        querystring: z.strictObject({ limit: queryInteger(z.int().min(1).max(1000)).default(100) }),
        response: { 200: z.array(riskAlert) },
      },
    },
    (request) => {
      const caller = callerOf(request);
      return alerts.all
        .filter(({ account }) => account === undefined || mayUse(caller, account))
        .slice(-request.query.limit)
        .reverse();
    },
  );
  http.post(
    "/check",
    {
      config: { role: "trader" },
      schema: {
        summary: "What risk would answer to an order; nothing is counted",
        body: newOrder,
        response: { 200: riskReply },
      },
    },
    (request) => {
      assertMayUse(callerOf(request), request.body.account);
      const order = asOrder(request.body, Date.now());
      return replyOf(engine.check({ order, replaces: false }, Date.now(), false));
    },
  );
}

export function assertMayUse(caller: Caller, account: string): void {
  if (!mayUse(caller, account))
    throw new HttpError(403, "account_missing", `The token is not for account ${account}.`);
}

function accountsOf(book: Book, caller: Caller, account: string | undefined): readonly Account[] {
  if (account === undefined) return [...book.accounts.values()].filter(({ name }) => mayUse(caller, name));
  assertMayUse(caller, account);
  const found = book.accounts.get(account);
  return found ? [found] : [];
}

function positionsOf(account: Account, marks: Marks): z.output<typeof positionView>[] {
  // brings what the holdings are worth up to date
  account.exposure(marks);
  return [...account.holdings.values()]
    .filter(({ flat, openBuy, openSell }) => !flat || openBuy.gt(NOTHING) || openSell.gt(NOTHING))
    .map((holding) => {
      const mark = holding.markIn(marks);
      return {
        account: account.name,
        symbol: holding.symbol,
        quantity: decimalOf(holding.position),
        open_buy: decimalOf(holding.openBuy),
        open_sell: decimalOf(holding.openSell),
        ...(mark ? { market_price: decimalOf(mark) } : {}),
        exposure: decimalOf(holding.exposure),
      };
    });
}

/** What the OMS would make of it. */
function asOrder(asked: NewOrder, now: number): Order {
  return {
    ...asked,
    order_id: randomUUID(),
    status: "PENDING_RISK",
    filled_quantity: "0",
    remaining_quantity: asked.quantity,
    commission: "0",
    created_at: now,
    updated_at: now,
    version: 1,
  };
}
