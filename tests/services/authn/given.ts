import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService, type RunningService } from "../../../services/kit";
import { authn } from "../../../services/authn/src/service";

export const ADMIN_PASSWORD = "generated-for-the-first-admin";
export const CLIENT_SECRET = "a-long-random-secret:with/odd chars+";

/** A policy that says what the test wants. */
export interface Policy {
  answer: { status: number; body: unknown };
  readonly asked: unknown[];
  readonly url: string;
  readonly server: Server;
}

export async function startPolicy(): Promise<Policy> {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      asked.push({ url: request.url, authorization: request.headers.authorization, body: JSON.parse(text) });
      response.writeHead(policy.answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(policy.answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const policy: Policy = {
    answer: { status: 200, body: { result: true } },
    asked,
    url: `http://127.0.0.1:${port}`,
    server,
  };
  return policy;
}

export const SEALING_KEY = "what keys are sealed with";

export interface Given {
  /** @default SEALING_KEY */
  readonly sealingKey?: string;
  readonly postgres: number;
  readonly nats: number;
  readonly opa: string;
  readonly more?: Readonly<Record<string, string>>;
}

export interface Authn {
  readonly service: RunningService;
  readonly base: string;
  readonly close: () => Promise<void>;
}

/** authn in this process, on real stores. */
export async function startAuthn({
  postgres,
  nats,
  opa,
  more = {},
  sealingKey = SEALING_KEY,
}: Given): Promise<Authn> {
  const dir = mkdtempSync(join(tmpdir(), "t26-authn-"));
  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const sha256 = createHash("sha256").update(CLIENT_SECRET).digest("hex");
  const service = await startService(authn, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    NATS_URL: `nats://127.0.0.1:${nats}`,
    NATS_USERNAME: "authn",
    NATS_PASSWORD_FILE: file("nats", "not asked for"),
    POSTGRES_URL: `postgres://127.0.0.1:${postgres}/test`,
    POSTGRES_USERNAME: "test",
    POSTGRES_PASSWORD_FILE: file("postgres", "test"),
    OPA_URL: opa,
    OPA_TOKEN_FILE: file("opa", "opa-token"),
    ADMIN_PASSWORD_FILE: file("admin", ADMIN_PASSWORD),
    SEALING_KEY_FILE: file("seal", sealingKey),
    CLIENTS_FILE: file("clients", JSON.stringify([{ id: "oms", sha256, role: "trader", accounts: ["*"] }])),
    LOGIN_URL: "https://localhost/api/auth/login",
    HOSTS: "box.lan",
    ...more,
  });
  return {
    service,
    base: `http://127.0.0.1:${service.port}`,
    close: async () => {
      await service.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Asks, and follows no redirect. */
export async function ask(base: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${base}${path}`, { redirect: "manual", ...init });
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json") === true;
  return {
    status: response.status,
    headers: response.headers,
    body: json ? (JSON.parse(text) as Record<string, unknown>) : {},
    text,
  };
}

export const post = (body: unknown, token?: string, method = "POST"): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  },
});

export const form = (
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
});

export const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

export interface Granted {
  readonly access: string;
  readonly refresh: string;
}

/** @throws when it is refused */
export async function logIn(base: string, username: string, password: string): Promise<Granted> {
  const { status, body } = await ask(base, "/token", form({ grant_type: "password", username, password }));
  if (status !== 200) throw new Error(`${username}: ${status} ${JSON.stringify(body)}`);
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}
