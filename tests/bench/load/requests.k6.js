// What clients do at the platform's gateway, from k6: requests as fast as some clients can (closed model), or at a
// fixed rate whatever the answers take (open model), with a browser beside that listens to quotes and fills.
// Settings come by the environment, the token as a file; the gateway's authority by SSL_CERT_FILE.
/* global __ENV, open, setTimeout */
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";
import { WebSocket } from "k6/websockets";

const { BASE, GATEWAY, TOKEN_FILE, KIND, CLIENTS, RATE, SECONDS, RUN, LISTEN } = __ENV;
const token = open(TOKEN_FILE).trim();
const authorization = `Bearer ${token}`;
const headers = { authorization, "content-type": "application/json" };
const unexpected = new Counter("unexpected");
/** From the moment in which a client begins to send an order to the one in which its fill is told. */
const orderToFill = new Trend("order_to_fill", true);
/** From a tick's own time to the one in which a browser has it. */
const tickToSocket = new Trend("tick_to_socket", true);
/** Fills of orders sent in the last moment may come when nobody listens any more. */
const LISTENS_LONGER_MS = 3000;
/** Until the browser listens. */
const LISTENS_BEFORE_MS = 2000;

const load =
  RATE === undefined
    ? { executor: "constant-vus", vus: Number(CLIENTS), duration: `${SECONDS}s` }
    : {
        executor: "constant-arrival-rate",
        rate: Number(RATE),
        timeUnit: "1s",
        duration: `${SECONDS}s`,
        preAllocatedVUs: Number(CLIENTS),
        maxVUs: 4 * Number(CLIENTS),
      };

export const options = {
  hosts: { [BASE.replace("https://", "")]: GATEWAY },
  summaryTrendStats: ["avg", "med", "p(95)", "p(99)", "max", "count"],
  scenarios: {
    requests: { ...load, exec: "requests", startTime: LISTEN === "1" ? `${LISTENS_BEFORE_MS}ms` : "0s" },
    ...(LISTEN === "1"
      ? {
          listening: {
            executor: "per-vu-iterations",
            vus: 1,
            iterations: 1,
            exec: "listening",
            maxDuration: "1h",
          },
        }
      : {}),
  },
};

const kinds = {
  /** Buys and sells in turn, at the market; 201 is given when the stream has the order. */
  order: () => {
    const number = exec.scenario.iterationInTest;
    const order = {
      client_order_id: `${RUN}-${number}-${Date.now()}`,
      account: RUN,
      symbol: "BTCUSDT",
      side: number % 2 === 0 ? "BUY" : "SELL",
      quantity: "0.001",
      order_type: "MARKET",
    };
    return [http.post(`${BASE}/api/orders`, JSON.stringify(order), { headers, responseType: "none" }), 201];
  },
  /** What answers without doing anything, in the same service behind the same gateway. */
  empty: () => [http.get(`${BASE}/api/orders/health`, { headers, responseType: "none" }), 200],
};

export function requests() {
  const [answer, wanted] = kinds[KIND]();
  if (!check(answer, { answered: ({ status }) => status === wanted })) {
    unexpected.add(1, { status: String(answer.status) });
  }
}

export function listening() {
  const { ticket } = http.post(`${BASE}/ws/ticket`, null, { headers: { authorization } }).json();
  const socket = new WebSocket(`${BASE.replace("https", "wss")}/ws?ticket=${ticket}`);
  socket.onerror = ({ error }) => exec.test.abort(`the browser is not told anything: ${error}`);
  socket.onopen = () => {
    const channels = [{ channel: "quotes:BTCUSDT" }, { channel: `fills:${RUN}` }];
    socket.send(JSON.stringify({ op: "subscribe", channels }));
  };
  socket.onmessage = ({ data }) => {
    const now = Date.now();
    const { channel, data: value, type } = JSON.parse(data);
    if (type === "snapshot" || value === undefined) return;
    if (channel === "quotes:BTCUSDT") tickToSocket.add(now - value.timestamp);
    if (channel === `fills:${RUN}`) orderToFill.add(now - Number(value.client_order_id.split("-").at(-1)));
  };
  setTimeout(() => socket.close(), LISTENS_BEFORE_MS + Number(SECONDS) * 1000 + LISTENS_LONGER_MS);
}

export function handleSummary({ metrics }) {
  return { stdout: JSON.stringify({ metrics }) };
}
