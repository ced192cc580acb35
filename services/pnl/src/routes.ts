import { z } from "zod";
import {
  accountPnl,
  decimalOf,
  identifier,
  position,
  positiveDecimal,
  symbol,
  timestampMs,
} from "../../contracts";
import { callerOf, HttpError, mayUse, type Caller, type Http } from "../../kit";
import type { Ledger } from "./ledger";

const lotView = z
  .strictObject({
    account: identifier,
    symbol,
    side: z.enum(["LONG", "SHORT"]),
    /** Of the fill that opened it. */
    fill_id: identifier,
    /** What is left of it. */
    quantity: positiveDecimal,
    price: positiveDecimal,
    opened_at: timestampMs,
  })
  .meta({ id: "Lot" });

const ofAccount = z.strictObject({ account: identifier.optional() });
const ofPosition = z.strictObject({ account: identifier.optional(), symbol: symbol.optional() });

export function addRoutes(http: Http, ledger: Ledger): void {
  http.get(
    "/",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Profit and loss of every account",
        querystring: ofAccount,
        response: { 200: z.array(accountPnl) },
      },
    },
    (request) =>
      accountsOf(ledger, callerOf(request), request.query.account).map((account) =>
        ledger.summary(account, Date.now()),
      ),
  );
  http.get(
    "/positions",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Positions at the last price, flat ones with what they earned",
        querystring: ofPosition,
        response: { 200: z.array(position) },
      },
    },
    (request) =>
      positionsOf(ledger, callerOf(request), request.query).map((each) =>
        each.view(ledger.mark(each.symbol)),
      ),
  );
  http.get(
    "/lots",
    {
      config: { role: "viewer" },
      schema: {
        summary: "What is open, lot by lot; the first is closed first",
        querystring: ofPosition,
        response: { 200: z.array(lotView) },
      },
    },
    (request) =>
      positionsOf(ledger, callerOf(request), request.query).flatMap((each) =>
        each.lots.map((lot) => ({
          account: each.account,
          symbol: each.symbol,
          side: each.quantity.gt(0) ? ("LONG" as const) : ("SHORT" as const),
          fill_id: lot.fillId,
          quantity: decimalOf(lot.quantity),
          price: decimalOf(lot.price),
          opened_at: lot.openedAt,
        })),
      ),
  );
}

function positionsOf(ledger: Ledger, caller: Caller, wanted: z.output<typeof ofPosition>) {
  return accountsOf(ledger, caller, wanted.account)
    .flatMap((account) => ledger.positions(account))
    .filter((each) => wanted.symbol === undefined || each.symbol === wanted.symbol);
}

function accountsOf(ledger: Ledger, caller: Caller, account: string | undefined): readonly string[] {
  if (account === undefined) return ledger.accounts.filter((name) => mayUse(caller, name));
  if (!mayUse(caller, account))
    throw new HttpError(403, "account_missing", `The token is not for account ${account}.`);
  return ledger.accounts.includes(account) ? [account] : [];
}
