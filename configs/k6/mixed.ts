import { check } from "k6";
import exec from "k6/execution";
import http, { type Answer } from "k6/http";
import { requestOf, type LoadRequest, type Traded } from "../../model/load/mix";
import { refusalText } from "../../model/load/protocol";
import { ENDPOINTS } from "../../model/load/targets";
import { measure } from "./measures";
import { run } from "./run";
import { bearer, tokenOf, type Token } from "./tokens";

export interface Market {
  readonly traded: readonly Traded[];
}

interface Listed {
  readonly symbol: string;
  readonly lot_size: string;
  readonly session: string;
}

/** What trades around the clock and has a price now. */
export function openMarket(token: string): Market {
  const read = (path: string): Answer =>
    http.get(`${run.base}/api/market${path}`, {
      headers: bearer(token),
      tags: { name: "market" },
      responseType: "text",
      responseCallback: http.expectedStatuses(200, 404),
      timeout: "10s",
    });
  const { status, body } = read("/instruments");
  const listed =
    status === 200 && body !== null
      ? (JSON.parse(body) as { readonly instruments: readonly Listed[] }).instruments
      : [];
  const traded = listed
    .filter(({ session, symbol }) => session === "CONTINUOUS" && read(`/quote/${symbol}`).status === 200)
    .map(({ symbol, lot_size }) => ({ symbol, lot: lot_size }));
  if (traded.length === 0)
    exec.test.abort(
      refusalText("market", `GET /api/market/instruments: status ${status}, ${listed.length} listed`),
    );
  return { traded };
}

/** The n-th request of the test. */
export function sendMixed(shared: Token, { traded }: Market, n: number): void {
  const request = requestOf(run.seed, n, traded);
  const answer = sent(request, n, tokenOf(shared));
  const { title, wanted } = ENDPOINTS[request.kind];
  const right = check(answer, { [title]: ({ status }) => status === wanted });
  measure(answer, right);
}

function sent(request: LoadRequest, n: number, token: string): Answer {
  const headers = bearer(token);
  const tags = { name: request.kind };
  switch (request.kind) {
    case "order": {
      const { symbol, side, quantity } = request;
      const order = {
        ...{ client_order_id: `${run.run}-${n}`, account: run.account, order_type: "MARKET" },
        ...{ symbol, side, quantity },
      };
      return http.post(`${run.base}/api/orders`, JSON.stringify(order), {
        headers: { ...headers, "content-type": "application/json" },
        tags,
      });
    }
    case "quote":
      return http.get(`${run.base}/api/market/quote/${request.symbol}`, { headers, tags });
    case "positions":
      return http.get(`${run.base}/api/pnl/positions?account=${run.account}`, { headers, tags });
  }
}
