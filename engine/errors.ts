import type { EngineKind, OpCounts } from "./types";

/** Everything that `engine/` throws on purpose. The message is written for the user and needs no stack trace. */
export abstract class EngineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No engine (or not the requested one) can be had on this machine. */
export class EngineUnavailableError extends EngineError {
  constructor(
    readonly requested: EngineKind | undefined,
    readonly missing: readonly string[],
  ) {
    const none =
      requested === undefined ? "No Pulumi engine can be had" : `The ${requested} engine cannot be had`;
    super(`${none} on this machine:\n${missing.map((line) => `  - ${line}`).join("\n")}`);
  }
}

/** Building the CLI of the hermetic engine failed; `log` is what the compiler said. */
export class EngineBuildError extends EngineError {
  constructor(
    readonly what: string,
    readonly log: string,
  ) {
    super(`${what}\n${lastLines(log, 20)}`);
  }
}

/** Somebody else is deploying this stack right now. */
export class StackLockedError extends EngineError {
  constructor(
    readonly stackName: string,
    readonly holder: {
      readonly pid?: number;
      readonly host?: string;
      readonly user?: string;
      readonly since?: string;
    },
  ) {
    const { pid, host, user, since } = holder;
    const who = [
      user === undefined ? undefined : `by ${user}`,
      host === undefined ? undefined : `on ${host}`,
      pid === undefined ? undefined : `(process ${String(pid)})`,
      since === undefined ? undefined : `since ${since}`,
    ].filter((part) => part !== undefined);
    super(
      `Stack "${stackName}" is locked ${who.join(" ")}: another deployment of it is running. ` +
        `Wait for it to end; if that machine or process is gone for good, release the lock with "./trade2026 cancel".`,
    );
  }
}

/** The passphrase does not open the secrets of this stack. */
export class WrongPassphraseError extends EngineError {
  constructor(
    readonly stackName: string,
    /** Where the passphrase came from: a file's path, or the name of an environment variable. */
    readonly source: string,
  ) {
    super(
      `The passphrase from ${source} does not open the secrets of stack "${stackName}". ` +
        `Put back the passphrase that this stack was made with (it belongs to every backup of the state). ` +
        `If it is lost, the stack's secrets are lost with it: a new stack needs new credentials.`,
    );
  }
}

/** The state was made by the other engine, and that one would not leave things as they are. */
export class EngineSwitchError extends EngineError {
  constructor(
    readonly stackName: string,
    readonly from: EngineKind,
    readonly to: EngineKind,
    readonly changes: OpCounts,
  ) {
    const list = Object.entries(changes)
      .map(([op, count]) => `${String(count)} to ${op}`)
      .join(", ");
    super(
      `Stack "${stackName}" was deployed with the ${from} engine, and the ${to} engine would change it (${list}). ` +
        `Deploy with "--engine ${from}" first until its preview shows no change, then switch.`,
    );
  }
}

/** No Docker engine answers. */
export class DockerUnavailableError extends EngineError {
  constructor(
    readonly tried: readonly string[],
    readonly fix: string,
  ) {
    super(`No Docker engine answers (tried ${tried.join(", ")}). ${fix}`);
  }
}

export interface DeployFailure {
  readonly urn?: string;
  readonly type?: string;
  readonly name?: string;
  readonly message: string;
}

/** A deployment did not get through. What succeeded before stays in the state; the next one goes on from there. */
export class DeployFailedError extends EngineError {
  constructor(
    readonly stackName: string,
    readonly action: "preview" | "up" | "refresh" | "destroy",
    readonly failures: readonly DeployFailure[],
    /** Everything the engine printed. */
    readonly output: string,
  ) {
    const lines = failures.map(({ name, type, message }) => {
      const at = name === undefined ? "" : `${name}${type === undefined ? "" : ` (${type})`}: `;
      return `  - ${at}${message.split("\n").join("\n    ")}`;
    });
    super(`${action} of stack "${stackName}" failed:\n${lines.join("\n")}`);
  }
}

/** The program, its config or the state cannot be used as they are. */
export class StackProblemError extends EngineError {}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
