import { request, type RequestOptions } from "node:https";
import { request as plainRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The authority that the server's certificate must come from, PEM. */
  readonly ca?: string;
  /** The certificate that the client shows, PEM. */
  readonly client?: { readonly cert: string; readonly key: string };
  readonly auth?: { readonly user: string; readonly password: string };
  readonly agent?: RequestOptions["agent"];
}

/** One request, no redirect followed. @throws what the connection says, a certificate that is not trusted among it */
export function ask(
  url: string,
  { method = "GET", headers = {}, body, ca, client, auth, agent }: Ask = {},
): Promise<Answer> {
  const { hostname } = new URL(url);
  const options: RequestOptions = {
    method,
    headers,
    timeout: 20_000,
    // Whatever the Host header says, the certificate is that of the address. An address has no name to send.
    servername: isIP(hostname) === 0 ? hostname : "",
    ...client,
    ...(ca === undefined ? {} : { ca }),
    ...(auth === undefined ? {} : { auth: `${auth.user}:${auth.password}` }),
    ...(agent === undefined ? {} : { agent }),
  };
  return new Promise((resolve, reject) => {
    const sent = (url.startsWith("https:") ? request : plainRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error(`${url}: no answer within 20 s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}
