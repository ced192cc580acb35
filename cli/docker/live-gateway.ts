import { UserError } from "../ui/errors";
import type { Execution } from "./exec";

/**
 * As services/contracts/control.ts has them. no-new-orders: none passes; reduce-only: what brings a position nearer to
 * zero passes, what does not is cancelled; flatten: what is open is cancelled, and positions are closed.
 */
export const LEVELS = ["no-new-orders", "reduce-only", "flatten"] as const;
export type Level = (typeof LEVELS)[number];

/** What the live gateway answers: what is in force in its process at this moment. */
export interface Trading {
  readonly mode: string;
  readonly kill_switch: {
    readonly state: "ACTIVE" | "REDUCING" | "HALTED";
    readonly level: Level | null;
    readonly by: string;
    readonly reason: string;
    /** Unix time, ms; 0 when nobody has ever halted. */
    readonly since: number;
    /** Whether the rest of the platform has been told. */
    readonly announced: boolean;
  };
}

export type ControlCommand =
  | { readonly command: "halt"; readonly level: Level; readonly reason: string; readonly by: string }
  | { readonly command: "resume"; readonly reason: string; readonly by: string }
  | { readonly command: "state" };

/** Runs a program in the live gateway's container. */
export type RunInside = (command: readonly string[]) => Promise<Execution>;

/** The gateway does not run, or is not there: nothing that was asked of it was done. */
export class GatewayIdleError extends UserError {}

/** It waits 5 s for its process; a busy machine takes some seconds to start a program. */
export const LIMIT_MS = 20_000;

/**
 * Speaks to the process that runs, over its own socket.
 * @param container its name at the engine, for what the messages advise
 * @throws GatewayIdleError when there is no such process @throws UserError when it refuses, or gives no answer
 */
export async function askGateway(
  run: RunInside,
  container: string,
  request: ControlCommand,
): Promise<Trading> {
  const done = await run(["node", "/app/main.js", "control", ...argumentsOf(request)]);
  if (done.kind === "absent" || done.kind === "idle")
    throw new GatewayIdleError(idleText(done, container, request.command !== "state"));
  const lastResort = `It is not known whether anything was done. \`./trade2026 trading\` asks again; to stop without its answer: \`docker stop ${container}\`. Nothing sends orders without it; what is open at the venue stays open.`;
  if (done.kind === "timeout")
    throw new UserError(`The live gateway gave no answer within ${LIMIT_MS / 1000} s. ${lastResort}`);
  if (done.code !== 0)
    throw new UserError(
      `The live gateway did not do it (exit code ${done.code}): ${done.stderr.trim() || done.stdout.trim() || "it said nothing"}\n${lastResort}`,
    );
  try {
    return asTrading(JSON.parse(done.stdout));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new UserError(`The live gateway's answer cannot be read: ${what}. ${lastResort}`);
  }
}

/** No shell stands between: each is an argument of its own, whatever is in it. */
function argumentsOf(request: ControlCommand): readonly string[] {
  if (request.command === "state") return ["state"];
  const { command, reason, by } = request;
  const level = request.command === "halt" ? [`--level=${request.level}`] : [];
  return [command, ...level, `--reason=${reason}`, `--by=${by}`];
}

function idleText(
  found: Extract<Execution, { kind: "absent" | "idle" }>,
  container: string,
  changes: boolean,
): string {
  const nothing = `Nothing can send orders to a venue without it; what is open at the venue stays open${changes ? ". The command was not carried out, and is not remembered" : ""}`;
  switch (found.kind) {
    case "absent":
      return `There is no container ${container}. ${nothing}: after \`./trade2026 up\` trading is as it was left; run the command again then. If the platform has another name, choose its stack with --stack.`;
    case "idle":
      return found.state === "paused"
        ? `The container ${container} is paused. ${nothing}: \`docker unpause ${container}\` lets it go on as it was; \`docker stop ${container}\` ends it. Run the command again when it runs.`
        : `The container ${container} does not run (${found.state}). ${nothing}: when it starts, trading is as it was left, and orders that wait for it are sent. To keep it stopped, \`docker stop ${container}\`; \`./trade2026 up\` starts it, \`./trade2026 logs live-gateway\` says why it ended. Run the command again when it runs.`;
  }
}

function asTrading(answer: unknown): Trading {
  const { mode, kill_switch: found } = (answer ?? {}) as Partial<Trading>;
  if (typeof mode !== "string" || !["ACTIVE", "REDUCING", "HALTED"].includes(found?.state ?? ""))
    throw new Error(`no state of trading in ${JSON.stringify(answer).slice(0, 200)}`);
  return answer as Trading;
}
