import { userInfo } from "node:os";
import { canonicalJson } from "../../model/canonical";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { execInContainer } from "../docker/exec";
import {
  askGateway,
  GatewayIdleError,
  LIMIT_MS,
  type Level,
  type RunInside,
  type Trading,
} from "../docker/live-gateway";
import { confirm } from "../ui/ask";
import { describeError, UserError } from "../ui/errors";
import { Output } from "../ui/output";
import type { Style } from "../ui/style";

/**
 * 1 is anything that went wrong, and "not known"; 2: there is no process that could send an order, and nothing was
 * done; 3: a person said no, or nobody could be asked.
 */
export const EXIT = { done: 0, failed: 1, idle: 2, declined: 3 } as const;

export interface HaltOptions {
  readonly level: Level;
  readonly reason: string;
  readonly yes: boolean;
}

export interface ResumeOptions {
  readonly reason: string;
  readonly yes: boolean;
}

/** How a command reaches the live gateway and a person; tests put their own in its place. */
export interface Reach {
  readonly run: RunInside;
  readonly container: string;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly by: string;
  readonly now: () => number;
}

/** Stops trading. Asks nothing, since stopping must be fast; only flattening sends orders, and asks. @returns exit code */
export async function halt(
  context: Context,
  { level, reason, yes }: HaltOptions,
  out = new Output(),
  reach?: Reach,
): Promise<number> {
  const to = reach ?? (await reachOf(context));
  if (level === "flatten" && !yes) {
    const question = `Flatten: cancel every open order and close every position at the market, on ${to.container}?`;
    if (!(await to.confirm(question))) return declined(out, "flatten without being asked: --yes");
  }
  return speak(out, async () => {
    const asked = to.now();
    const answer = await askGateway(to.run, to.container, { command: "halt", level, reason, by: to.by });
    const { kill_switch: now } = answer;
    if (now.level === null)
      throw new UserError("The live gateway answered, and trading is not halted: run the command again.");
    tradingLines(answer, out.style).forEach((line) => out.line(line));
    if (now.level !== level)
      out.line(
        `A halt of level ${now.level} was in force already and stays: only a resume makes trading looser.`,
      );
    else if (now.reason !== reason || now.by !== to.by)
      out.line("Trading was halted at this level already: who did it, why and since when stay as they are.");
    out.line(
      out.style.faint(
        `Answered after ${to.now() - asked} ms. \`./trade2026 resume --reason "…"\` lets it go on.`,
      ),
    );
  });
}

/** Lets trading go on, after asking. @returns exit code */
export async function resume(
  context: Context,
  { reason, yes }: ResumeOptions,
  out = new Output(),
  reach?: Reach,
): Promise<number> {
  const to = reach ?? (await reachOf(context));
  return speak(out, async () => {
    if (!yes) {
      const before = await askGateway(to.run, to.container, { command: "state" });
      tradingLines(before, out.style).forEach((line) => out.line(line));
      if (before.kill_switch.level === null) {
        out.line("Trading is not halted: there is nothing to resume.");
        return EXIT.done;
      }
      if (!(await to.confirm(`Let orders go to the venues again (${before.mode})?`)))
        return declined(out, "resume without being asked: --yes");
    }
    const answer = await askGateway(to.run, to.container, { command: "resume", reason, by: to.by });
    tradingLines(answer, out.style).forEach((line) => out.line(line));
    if (answer.kill_switch.level !== null)
      throw new UserError("Trading is still halted: it was halted again meanwhile. See who and why above.");
    return EXIT.done;
  });
}

/** What is in force at the one way to a venue. @returns exit code, 0 whether trading is halted or not */
export async function trading(
  context: Context,
  options: { readonly json: boolean },
  out = new Output(),
  reach?: Reach,
): Promise<number> {
  const to = reach ?? (await reachOf(context));
  return speak(out, async () => {
    const answer = await askGateway(to.run, to.container, { command: "state" });
    if (options.json) out.line(canonicalJson(answer, 2));
    else tradingLines(answer, out.style).forEach((line) => out.line(line));
  });
}

export function tradingLines({ mode, kill_switch: now }: Trading, style: Style): readonly string[] {
  const { state, level, by, reason, since } = now;
  const paint = { ACTIVE: style.good, REDUCING: style.caution, HALTED: style.bad }[state];
  const never = level === null && since === 0;
  return [
    `trading      ${paint(state)}`,
    `mode         ${mode}`,
    `kill switch  ${level ?? "off"}`,
    ...(never
      ? [style.faint("never halted")]
      : [
          `${level === null ? "resumed by " : "halted by  "}  ${by}`,
          `reason       ${reason}`,
          `since        ${new Date(since).toISOString()}`,
        ]),
    ...(now.announced
      ? []
      : [style.caution("In force at the way to the venues; the other services are being told.")]),
  ];
}

/** @returns exit code; of what is no gateway's state the words go to stderr, so that --json stays JSON or nothing */
async function speak(out: Output, act: () => Promise<number | void>): Promise<number> {
  try {
    return (await act()) ?? EXIT.done;
  } catch (error) {
    if (!(error instanceof GatewayIdleError)) throw error;
    new Output(out.stream === process.stdout ? process.stderr : out.stream).line(describeError(error));
    return EXIT.idle;
  }
}

function declined(out: Output, how: string): number {
  out.line(`Nothing was done. To ${how}.`);
  return EXIT.declined;
}

async function reachOf(context: Context): Promise<Reach> {
  const { settings } = readStackConfig(context);
  const { docker } = await connectDocker(settings);
  const container = `${settings.prefix}-live-gateway`;
  return {
    container,
    run: (command) => execInContainer(docker, container, command, LIMIT_MS),
    confirm,
    by: operatorName(() => userInfo().username),
    now: Date.now,
  };
}

/** The host's user in the letters of the contracts: it stands in the audit log. */
export function operatorName(username: () => string): string {
  try {
    const name = username().replaceAll(/[^A-Za-z0-9_.:-]/g, "_");
    return `host:${name}`.slice(0, 64);
  } catch {
    // a user without an entry in the host's list
    return "operator";
  }
}
