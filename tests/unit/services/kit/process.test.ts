import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleEntry } from "../../../../services/build";
import { eventually } from "../../../support/eventually";

const root = resolve(__dirname, "../../../..");
let dir: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "t26-process-"));
  for (const [name, content] of bundleEntry(root, "tests/unit/services/kit/fixtures/slow.ts").outputs) {
    writeFileSync(join(dir, name), content);
  }
});
afterAll(() => {
  children.forEach((child) => child.kill("SIGKILL"));
  rmSync(dir, { recursive: true, force: true });
});

interface Process {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Exit code, or the signal it died of. */
  readonly ended: Promise<number | string>;
}

function start(env: Record<string, string> = {}): Process {
  const child = spawn(process.execPath, ["--enable-source-maps", join(dir, "main.js")], {
    env: { PATH: process.env["PATH"], HTTP_HOST: "127.0.0.1", DRAIN_DELAY_MS: "50", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | string>((done) => {
    child.once("close", (code, signal) => done(code ?? signal ?? "?"));
  });
  return { child, output: () => output, ended };
}

/** Where it listens, once it does. */
async function listening({ output }: Process): Promise<string> {
  await eventually(() => output().includes("Server listening at"));
  return /Server listening at (http:\/\/[\d.:]+)/.exec(output())?.[1] ?? "";
}

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

function ask(url: string, agent = new Agent()): Promise<Answer> {
  return new Promise((done, failed) => {
    get(url, { agent }, (response: IncomingMessage) => {
      let body = "";
      response.on("data", (data: Buffer) => (body += data.toString()));
      response.on("end", () =>
        done({ status: response.statusCode, connection: response.headers.connection, body }),
      );
    }).on("error", failed);
  });
}

const statusOf = async (url: string) => (await ask(url)).status;

test("SIGTERM: not ready at once, the request in flight is answered, what was opened is released, exit 0", async () => {
  const service = start({ DRAIN_DELAY_MS: "1500" });
  const base = await listening(service);
  expect(await statusOf(`${base}/health/ready`)).toBe(200);
  const inFlight = ask(`${base}/slow/2500`);
  await new Promise((wake) => setTimeout(wake, 200));
  service.child.kill("SIGTERM");
  // still listening, but nobody should be sent here any more, and who is here should leave
  await eventually(async () => (await statusOf(`${base}/health/ready`)) === 503);
  const late = await ask(`${base}/slow/0`);
  expect(late).toMatchObject({ status: 200, connection: "close" });
  expect(await inFlight).toMatchObject({ status: 200, body: '{"answered":true}' });
  expect(await service.ended).toBe(0);
  expect(service.output()).toContain("released");
  expect(service.output()).toContain('"msg":"stopped"');
});

test("a request that takes too long does not keep it: hard end at the deadline, exit 1", async () => {
  const service = start({ DRAIN_DEADLINE_MS: "700" });
  const base = await listening(service);
  const cut = ask(`${base}/slow/60000`).catch((error: Error) => error.message);
  await new Promise((wake) => setTimeout(wake, 300));
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(1);
  expect(service.output()).toContain("not drained in time");
  expect(await cut).toMatch(/socket hang up|ECONNRESET/);
});

test("an idle kept-alive connection does not hold the end up", async () => {
  const service = start();
  const base = await listening(service);
  const agent = new Agent({ keepAlive: true });
  await ask(`${base}/slow/0`, agent);
  service.child.kill("SIGINT");
  expect(await service.ended).toBe(0);
  agent.destroy();
});

test("what fails to start ends and says why, also when what it has begun does not end", async () => {
  const service = start({ TEST_FAILS: "yes", DRAIN_DEADLINE_MS: "500" });
  expect(await service.ended).toBe(1);
  expect(service.output()).toContain("cannot start: the store is away");
  expect(service.output()).toContain("not done within 500 ms");
});

test("SIGTERM while it starts ends it at once", async () => {
  const service = start({ TEST_START_MS: "60000" });
  // its handler is the first thing that a service installs; give the process the time to get there
  await new Promise((wake) => setTimeout(wake, 3000));
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
});

test("the watchdog ends a process whose event loop stands still, and says where", async () => {
  const service = start({ WATCHDOG_STALL_MS: "1500" });
  const base = await listening(service);
  ask(`${base}/hang`).catch(() => undefined);
  expect(await service.ended).toBe(70);
  expect(service.output()).toContain("the event loop stood still for 1500 ms");
  expect(service.output()).toContain("spinForEver");
});

test("the watchdog ends a process that is not alive for too long, and not one that recovers or is well", async () => {
  const well = start({ WATCHDOG_UNHEALTHY_MS: "400", WATCHDOG_STALL_MS: "3000" });
  const base = await listening(well);
  const sick = start({ WATCHDOG_UNHEALTHY_MS: "400" });
  await ask(`${await listening(sick)}/sicken`);
  expect(await sick.ended).toBe(70);
  expect(sick.output()).toContain("not alive for 400 ms");
  expect(sick.output()).toContain("the worker is gone");
  expect(await statusOf(`${base}/health/live`)).toBe(200);
});

test("switched off, the watchdog lets it be", async () => {
  const service = start({ WATCHDOG_UNHEALTHY_MS: "0", WATCHDOG_STALL_MS: "0" });
  const base = await listening(service);
  await ask(`${base}/sicken`);
  await new Promise((wake) => setTimeout(wake, 1000));
  expect(await statusOf(`${base}/health/live`)).toBe(503);
});

test("wrong settings: exit 1 and one line with all of them", async () => {
  const service = start({ HTTP_PORT: "x", LOG_LEVEL: "loud", DRAIN_DELAY_MS: "-1" });
  expect(await service.ended).toBe(1);
  const [line = "{}", ...more] = service.output().trim().split("\n");
  expect(more).toEqual([]);
  expect(JSON.parse(line)).toMatchObject({
    level: "fatal",
    msg:
      'cannot start: settings: HTTP_PORT="x": wants a whole number from 0 to 65535; ' +
      'LOG_LEVEL="loud": wants one of trace, debug, info, warn, error; ' +
      'DRAIN_DELAY_MS="-1": wants a whole number from 0 to 86400000',
  });
});

test("an error that nobody caught ends it, with its place in the TypeScript source", async () => {
  const service = start();
  await ask(`${await listening(service)}/throw`);
  expect(await service.ended).toBe(1);
  expect(service.output()).toContain("out of nowhere");
  expect(service.output()).toMatch(/fixtures\/slow\.ts:\d+/);
});
