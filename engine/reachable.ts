import { request as plainRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { Socket } from "node:net";
import { connect } from "node:tls";

const LIMIT_MS = 2500;

/** Whether an https address answers a HEAD request with success, through the environment's proxy where there is one. */
export async function isReachable(
  address: string,
  env: NodeJS.ProcessEnv,
  limitMs = LIMIT_MS,
): Promise<boolean> {
  const url = new URL(address);
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, limitMs, false).unref());
  return Promise.race([head(url, proxyFor(url, env), limitMs).catch(() => false), late]);
}

async function head(url: URL, proxy: URL | undefined, limitMs: number): Promise<boolean> {
  const socket = proxy === undefined ? undefined : await tunnel(url, proxy, limitMs);
  return new Promise((resolve, reject) => {
    const secured = socket === undefined ? undefined : connect({ socket, servername: url.hostname });
    const sent = request(
      url,
      {
        method: "HEAD",
        timeout: limitMs,
        ...(secured === undefined ? {} : { createConnection: () => secured, agent: false as const }),
      },
      (response: IncomingMessage) => {
        response.resume();
        resolve((response.statusCode ?? 500) < 400);
        sent.destroy();
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("too slow")));
    sent.on("error", reject);
    sent.end();
  });
}

function tunnel(url: URL, proxy: URL, limitMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const credentials =
      proxy.username === ""
        ? undefined
        : `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const sent = plainRequest({
      host: proxy.hostname,
      port: proxy.port === "" ? 80 : Number(proxy.port),
      method: "CONNECT",
      path: `${url.hostname}:443`,
      timeout: limitMs,
      headers:
        credentials === undefined
          ? {}
          : { "Proxy-Authorization": `Basic ${Buffer.from(credentials).toString("base64")}` },
    });
    sent.on("connect", (response, socket) => {
      if (response.statusCode === 200) resolve(socket);
      else reject(new Error(`the proxy answered ${String(response.statusCode)}`));
    });
    sent.on("timeout", () => sent.destroy(new Error("too slow")));
    sent.on("error", reject);
    sent.end();
  });
}

/** The proxy that https requests to this host go through, by the usual variables. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const value = env["HTTPS_PROXY"] ?? env["https_proxy"] ?? env["ALL_PROXY"] ?? env["all_proxy"];
  if (value === undefined || value === "") return undefined;
  const exceptions = (env["NO_PROXY"] ?? env["no_proxy"] ?? "")
    .split(",")
    .map((entry) => entry.trim().replace(/^\*?\./, ""));
  const excepted = exceptions.some(
    (entry) =>
      entry === "*" || (entry !== "" && (url.hostname === entry || url.hostname.endsWith(`.${entry}`))),
  );
  if (excepted) return undefined;
  return new URL(value.includes("://") ? value : `http://${value}`);
}
