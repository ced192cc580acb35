import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcp } from "node:net";
import { AUDIENCE, ISSUER } from "../../../services/kit/auth";
import { ready } from "./harness";

/** Publishes a key as authn does, and signs tokens with it. */
export class FakeAuthn {
  readonly #keys = generateKeyPairSync("ed25519");
  readonly #server: Server;

  constructor() {
    const key = { ...this.#keys.publicKey.export({ format: "jwk" }), alg: "EdDSA", use: "sig", kid: "1" };
    this.#server = createServer((_request, answer) => {
      answer.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [key] }));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  token(role: string, accounts: readonly string[]): string {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: "mia", kind: "user", role, accounts, exp };
    const signed = `${part({ alg: "EdDSA", kid: "1" })}.${part(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }

  close(): void {
    this.#server.close();
  }
}

/** The service as a process of its own, which can be killed. */
export class OmsProcess {
  #child: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  async start(): Promise<void> {
    this.#child = spawn(process.execPath, ["--import", "tsx", "services/oms/src/main.ts"], {
      env: { ...process.env, NODE_OPTIONS: "", ...this.env, HTTP_PORT: String(this.port) },
      stdio: ["ignore", "ignore", "inherit"],
    });
    await ready(this.port);
  }

  /** SIGKILL: it cannot finish anything. */
  kill(): Promise<unknown> {
    return this.#end("SIGKILL");
  }

  stop(): Promise<unknown> {
    return this.#end("SIGTERM");
  }

  #end(signal: NodeJS.Signals): Promise<unknown> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    return ended;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcp().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
