import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleEntry } from "../../../services/build";

const ROOT = resolve(__dirname, "../../..");

/** The service as it is shipped: one bundle, run by node, that can be killed. */
export class ServiceProcess {
  readonly dir = mkdtempSync(join(tmpdir(), "t26-service-"));
  readonly #main = join(this.dir, "main.js");
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  output = "";

  constructor(service: string, env: Readonly<Record<string, string>>) {
    for (const [name, content] of bundleEntry(ROOT, `services/${service}/src/main.ts`).outputs) {
      writeFileSync(join(this.dir, name), content);
    }
    this.#env = env;
  }

  secret(name: string, value: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, value);
    return path;
  }

  start(more: Readonly<Record<string, string>> = {}): void {
    const child = spawn(process.execPath, [this.#main], {
      env: { ...this.#env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (part) => (this.output += String(part)));
    child.stderr.on("data", (part) => (this.output += String(part)));
    this.#child = child;
  }

  /** `docker exec`: a second process of the same bundle. */
  async exec(...args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
    const child = spawn(process.execPath, [this.#main, ...args], { env: { ...this.#env } });
    let text = "";
    child.stdout.on("data", (part) => (text += String(part)));
    await once(child, "close");
    return { code: child.exitCode, text };
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, "exit");
    return child.exitCode;
  }

  get exitCode(): number | null | undefined {
    return this.#child?.exitCode;
  }
}

/** Publishes a key and signs tokens by it, as authn does; answers as OPA does, too. */
export class FakeAuthn {
  readonly #keys = generateKeyPairSync("ed25519");
  readonly #server: Server;
  policy = true;

  constructor() {
    this.#server = createServer((request, response) => {
      const jwk = {
        ...this.#keys.publicKey.export({ format: "jwk" }),
        kid: "test",
        alg: "EdDSA",
        use: "sig",
      };
      const body = request.url?.startsWith("/v1/data") ? { result: this.policy } : { keys: [jwk] };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  token(role: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: "trade2026",
      aud: "trade2026-api",
      sub: `a-${role}`,
      kind: "user",
      role,
      accounts: ["*"],
      iat: now,
      exp: now + 600,
    };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "EdDSA", kid: "test", typ: "JWT" })}.${part(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }
}
