import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { leave } from "../engine/exit";
import { failures } from "./failures";
import { steps, type Counts, type Step } from "./steps";

/**
 * Runs the checks: what does not depend on each other side by side, each step's output in a file of its own, its
 * time on the screen. `tests/run.ts [step ...]` runs these steps and what they need. Ends with `N passed, N failed`.
 */
const ROOT = join(__dirname, "..");
const LOGS = join(ROOT, ".trade2026/test");
/** Two cores: more side by side only makes each slower. */
const PARALLEL = 2;
/** One that hangs must not hold up the rest for ever. */
const LIMIT_MINUTES = 35;

async function main(wanted: readonly string[]): Promise<number> {
  const selected = select(wanted);
  rmSync(LOGS, { recursive: true, force: true });
  mkdirSync(LOGS, { recursive: true });
  const results = new Map<string, Counts>();
  const running = new Map<string, Promise<void>>();
  const began = Date.now();
  while (results.size < selected.length) {
    for (const step of selected) {
      if (running.size >= PARALLEL) break;
      if (results.has(step.name) || running.has(step.name) || !step.needs.every((need) => results.has(need)))
        continue;
      running.set(
        step.name,
        runStep(step, results).then((counts) => {
          results.set(step.name, counts);
          running.delete(step.name);
        }),
      );
    }
    await Promise.race(running.values());
  }
  const total = [...results.values()].reduce(
    (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    {
      passed: 0,
      failed: 0,
    },
  );
  for (const { name } of selected) reportFailure(name, results.get(name));
  console.log(`all steps: ${seconds(began)}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/** The steps asked for, with everything that they need, in the listed order. */
function select(wanted: readonly string[]): readonly Step[] {
  const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such step: ${unknown.join(", ")}; there are ${steps.map(({ name }) => name).join(", ")}`,
    );
  }
  const names = new Set(
    wanted.length === 0 ? steps.filter(({ long }) => !long).map(({ name }) => name) : wanted,
  );
  for (const step of [...steps].reverse())
    if (names.has(step.name)) step.needs.forEach((need) => names.add(need));
  return steps.filter(({ name }) => names.has(name));
}

async function runStep(step: Step, results: ReadonlyMap<string, Counts>): Promise<Counts> {
  const broken = step.needs.filter(
    (need) => (results.get(need)?.failed ?? 0) > 0 && steps.find(({ name }) => name === need)?.blocks,
  );
  if (broken.length > 0) {
    console.log(`✗ ${step.name}: not run, because ${broken.join(", ")} failed`);
    return { passed: 0, failed: 1 };
  }
  const began = Date.now();
  console.log(`… ${step.name}`);
  const log = join(LOGS, `${step.name}.log`);
  const code = await spawnLogged(step, log);
  const counts =
    step.count?.(readFileSync(log, "utf8"), code) ??
    (code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  const honest = code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  console.log(
    `${honest.failed === 0 ? "✓" : "✗"} ${step.name}: ${honest.passed} passed, ${honest.failed} failed, ${seconds(began)}`,
  );
  return honest;
}

/** Last of all, so that the end of a record, which is what is kept of it, says what failed and why. */
function reportFailure(name: string, counts: Counts | undefined): void {
  const log = join(LOGS, `${name}.log`);
  if (counts === undefined || counts.failed === 0 || !existsSync(log)) return;
  console.log(`\nfailed in ${name} (${log}):`);
  console.log(failures(readFileSync(log, "utf8")));
}

function spawnLogged({ command, env, limit = LIMIT_MINUTES }: Step, log: string): Promise<number> {
  const [program, ...args] = command;
  const out = createWriteStream(log);
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...ownNode(), FORCE_COLOR: "0", ...env },
      // a group of its own, so that what hangs is ended with all that it has started
      detached: process.platform !== "win32",
    });
    children.add(child);
    const late = setTimeout(() => {
      out.write(`\nstill running after ${limit} minutes, ended\n`);
      end(child);
    }, limit * 60_000);
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    child.on("error", (error) => {
      clearTimeout(late);
      out.end(`${error.message}\n`, () => done(127));
    });
    child.on("close", (code) => {
      children.delete(child);
      clearTimeout(late);
      out.end(() => done(code ?? 1));
    });
  });
}

/** Steps that run. A terminal's Ctrl-C does not reach groups of their own by itself. */
const children = new Set<ChildProcess>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    children.forEach(end);
    process.exit(130);
  });
}

/** `npx` and the scripts that it runs take the first `node` of the path: the one that runs this, not an older one. */
function ownNode(): NodeJS.ProcessEnv {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return { [name]: [dirname(process.execPath), process.env[name] ?? ""].join(delimiter) };
}

function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // it has just ended by itself
  }
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

main(process.argv.slice(2)).then(leave, (error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return leave(2);
});
