import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { VenueEvent } from "../../services/prism/src/domain/types";

const ROOT = join(__dirname, "../..");
const USER = "gateway";
const PASSWORD = "a password: with colons";

/** The venue as a process of its own, with a data volume that outlives it. */
export class PrismProcess {
  readonly #dir = mkdtempSync(join(tmpdir(), "t26-prism-"));
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(
    readonly port: number,
    natsPort: number,
    env: Readonly<Record<string, string>> = {},
  ) {
    const file = (name: string, content: string): string => {
      writeFileSync(join(this.#dir, name), content);
      return join(this.#dir, name);
    };
    const hash = createHash("sha256").update(PASSWORD).digest("hex");
    this.#env = {
      PATH: process.env["PATH"],
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: String(port),
      LOG_LEVEL: "warn",
      DRAIN_DELAY_MS: "0",
      NATS_URL: `nats://127.0.0.1:${natsPort}`,
      NATS_USERNAME: "prism",
      NATS_PASSWORD_FILE: file("nats", "unused"),
      USERS_FILE: file("users", `# who may trade\n${USER}:${hash}\n`),
      DATA_DIR: join(this.#dir, "data"),
      ...env,
    };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ["--import", "tsx", "services/prism/src/main.ts"], {
      cwd: ROOT,
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on(
        "data",
        (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-20_000)),
      );
    const deadline = Date.now() + 30_000;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`prism does not start (${child.exitCode}):\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @returns the exit code, null after SIGKILL */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, "exit");
    return child.exitCode;
  }

  /** While it does not run: the first events, and orders that are over, were long ago. */
  age(events: number): void {
    const db = new DatabaseSync(join(this.#dir, "data/prism.db"));
    db.prepare("UPDATE events SET line = json_set(line, '$.timestamp', 1) WHERE seq <= ?").run(events);
    db.prepare(
      "UPDATE orders SET view = json_set(view, '$.updated_at', 1) WHERE open = 0 AND number <= ?",
    ).run(events);
    db.close();
  }

  async close(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.#dir, { recursive: true });
  }

  async ask<T = unknown>(
    path: string,
    body?: unknown,
    authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`,
  ): Promise<{ readonly status: number; readonly body: T }> {
    const response = await fetch(`${this.url}${path}`, {
      headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health`)).ok;
    } catch {
      return false;
    }
  }
}

/** Reads the feed until it ends, or {@link stop}; what it was told stays. */
export class FeedReader {
  readonly events: VenueEvent[] = [];
  heartbeats = 0;
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();

  constructor(prism: PrismProcess, after: number, limit?: number) {
    this.ended = this.#read(
      `${prism.url}/v1/executions?after=${after}${limit === undefined ? "" : `&limit=${limit}`}`,
    ).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(url: string): Promise<void> {
    const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
    const response = await fetch(url, { headers: { authorization }, signal: this.#abort.signal });
    if (!response.body || !response.ok) throw new Error(`the feed answers ${response.status}`);
    let rest = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines)
        if (line === "") this.heartbeats++;
        else this.events.push(JSON.parse(line) as VenueEvent);
    }
  }
}
