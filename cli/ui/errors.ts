import { ProblemsError } from "../../model/problems";
import { redact } from "../../services/contracts/redact";
import { inTermsOfTheCommand } from "./invocation";

/** Ends a command with this exit code and nothing more to say. */
export class Exit extends Error {
  override readonly name = "Exit";

  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** Something that the user can mend: shown without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Classes whose message is written for the user; by name, so that showing one does not load its module. */
const FOR_USERS = new Set(["ProblemsError", "UserError", "ImageBuildError"]);

/** What is printed for an error. Unexpected ones name the next step; their stack is for `--debug`. */
export function describeError(error: unknown, debug = false): string {
  const known = isForUsers(error);
  const message = error instanceof Error ? error.message : String(error);
  const text = error instanceof ProblemsError ? inTermsOfTheCommand(message) : withFix(message);
  const lines = [redact(text)];
  if (!known) {
    lines.unshift("Something unexpected went wrong:");
    lines.push(
      "`./trade2026 doctor` looks for what is wrong with this machine; --debug shows where this happened.",
    );
  }
  if (debug && error instanceof Error && error.stack !== undefined) lines.push("", redact(error.stack));
  return lines.join("\n");
}

/** What others say without a way out, and the way out. */
const FIXES: readonly (readonly [said: RegExp, fix: string])[] = [
  [
    /unknown stack "[^"]*\/([^"/]+)"/,
    "bring that stack up first (./trade2026 up --stack $1), or name the one to stand on: --set platformStack=<stack>",
  ],
  [
    // of a network that it could not write down: seen of 20.10 after a full disk
    /conflicts with network \S+ \(\S+\): networks have same bridge name/,
    "the Docker engine holds on to a network that it does not list, as it does after its disk was full: restart Docker, then ./trade2026 up",
  ],
  [
    // of a network in which docker network inspect shows nothing: seen of 20.10 after many containers went at once
    /network (\S+) id \S+ has active endpoints.*/,
    "docker network inspect $1 shows what is still in it: remove or disconnect that; where it shows nothing, the engine counts a container that is gone: restart Docker; then the same command again",
  ],
  [
    // a connection that broke, or none: which of them it is depends on what was being asked when the engine went
    /(?:write EPIPE|read ECONNRESET|socket hang up|connect (?:ECONNREFUSED|ENOENT) \/|Cannot connect to the Docker daemon|error during connect).*/,
    "the Docker engine went away half-way: start it again (docker info answers then), and ./trade2026 up goes on from here",
  ],
];

function withFix(message: string): string {
  return FIXES.reduce((text, [said, fix]) => text.replace(said, `$&\n    fix: ${fix}`), message);
}

function isForUsers(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (FOR_USERS.has(error.name)) return true;
  // Every error of engine/ extends EngineError.
  for (
    let type: unknown = error.constructor;
    typeof type === "function";
    type = Object.getPrototypeOf(type)
  ) {
    if ((type as { readonly name: string }).name === "EngineError") return true;
  }
  return false;
}
