import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Health } from "./health";
import type { Log } from "./log";

/** The exit code by which the log of the engine tells a watchdog's end from others. */
export const watchdogExitCode = 70;

export interface WatchdogOptions {
  readonly health: Health;
  readonly log: Log;
  /** The event loop may stand still this long. 0: not watched. */
  readonly stallMs: number;
  /** A liveness check may fail this long. 0: not watched. */
  readonly unhealthyMs: number;
}

/** The engine restarts a container that ends, not one that hangs: so a process that hangs must end. */
export function startWatchdog(options: WatchdogOptions): { stop: () => void } {
  const stops = [
    options.stallMs > 0 ? watchEventLoop(options.stallMs) : undefined,
    options.unhealthyMs > 0 ? watchLiveness(options) : undefined,
  ];
  return { stop: () => stops.forEach((stop) => stop?.()) };
}

/** Failures are counted, not timed: a laptop that slept has not been failing. */
function watchLiveness({ health, log, unhealthyMs }: WatchdogOptions): () => void {
  const everyMs = Math.max(Math.min(unhealthyMs / 4, 5000), 10);
  const allowed = Math.ceil(unhealthyMs / everyMs);
  let failures = 0;
  let running = false;
  const timer = setInterval(() => {
    if (running) {
      return;
    }
    running = true;
    void health.live().then((report) => {
      running = false;
      failures = report.status === "ok" ? 0 : failures + 1;
      if (failures >= allowed) {
        log.fatal({ checks: report.checks }, `watchdog: not alive for ${unhealthyMs} ms, ending`);
        process.exit(watchdogExitCode);
      }
    });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * A thread of its own looks at a counter that the event loop keeps raising. When the loop stands still, the thread
 * asks the debugger where, says so, and ends the process through it: that also works as process 1, which ignores
 * signals from within. Should even that hang (a call that never returns to JavaScript), it kills.
 */
function watchEventLoop(stallMs: number): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const everyMs = Math.max(Math.min(stallMs / 10, 1000), 5);
  const pulse = setInterval(() => Atomics.add(beats, 0, 1), everyMs);
  pulse.unref();
  const worker = new Worker(watcherSource, {
    eval: true,
    workerData: { beats, everyMs, allowed: Math.ceil(stallMs / everyMs), stallMs, code: watchdogExitCode },
  });
  worker.unref();
  // without its thread the process runs unwatched: worth a line, not an outage
  worker.on("error", (error) => writeSync(2, `watchdog: its thread failed: ${error.message}\n`));
  return () => {
    clearInterval(pulse);
    void worker.terminate();
  };
}

/** Source, because the bundle is one file. The thread counts its own ticks: it sleeps when the machine does. */
const watcherSource = `
const { workerData: { beats, everyMs, allowed, stallMs, code } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
let last = -1, still = 0;
const timer = setInterval(() => {
  const now = Atomics.load(beats, 0);
  if (now !== last) { last = now; still = 0; return; }
  if (++still < allowed) return;
  clearInterval(timer);
  const say = (where) => writeSync(2, JSON.stringify({ level: "fatal", time: new Date().toISOString(),
    msg: "watchdog: the event loop stood still for " + stallMs + " ms, ending", where }) + "\\n");
  setTimeout(() => { say("unknown"); process.kill(process.pid, "SIGKILL"); }, 2000);
  const { Session } = require("node:inspector");
  const session = new Session();
  session.connectToMainThread();
  session.on("Debugger.paused", ({ params }) => {
    say(params.callFrames.slice(0, 8).map((f) => (f.functionName || "anonymous") + " line " + (f.location.lineNumber + 1)));
    session.post("Debugger.evaluateOnCallFrame", {
      callFrameId: params.callFrames[0].callFrameId, expression: "process.exit(" + code + ")" });
    session.post("Debugger.resume");
  });
  session.post("Debugger.enable");
  session.post("Debugger.pause");
}, everyMs);
`;
