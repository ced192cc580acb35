import type { Deployment as ExportedState, EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { CommandFailed } from "./cli-command";
import { DeployFailedError, EngineSwitchError, StackLockedError, WrongPassphraseError } from "./errors";
import type { DeployFailure } from "./errors";
import { readEngineRecord, writeEngineRecord } from "./engine-record";
import { EventCollector, withoutColours } from "./events";
import type { DeployEvent, PlannedStep } from "./events";
import { lockFolder } from "./home";
import type { Home } from "./home";
import { releaseAllLocks, releaseStaleLocks } from "./locks";
import { STEPS_OF_REMOVAL } from "./parallel";
import { readState } from "./state";
import type { PendingOperation, StateResource } from "./state";
import type { OpCounts, PreparedEngine } from "./types";

export type Action = DeployFailedError["action"];

export interface PreviewOptions {
  /** Look at the real things first. After a failed `up` this hides what failed: see the guide on recovery. */
  readonly refresh?: boolean;
  readonly targets?: readonly string[];
  /** URNs to replace whether or not they changed. */
  readonly replace?: readonly string[];
  readonly signal?: AbortSignal;
}
export type UpOptions = PreviewOptions;
export interface DestroyOptions {
  /** Leave protected resources, and what they need, as they are. */
  readonly excludeProtected?: boolean;
  readonly targets?: readonly string[];
  /** Forget the stack and its state afterwards. */
  readonly remove?: boolean;
  readonly signal?: AbortSignal;
}

export interface Plan {
  readonly changes: OpCounts;
  readonly steps: readonly PlannedStep[];
  /** Nothing would be created, changed or deleted. */
  readonly unchanged: boolean;
  readonly seconds: number;
}
export type DeployResult = Omit<Plan, "unchanged">;

export interface DeploymentParts {
  readonly engine: PreparedEngine;
  readonly stack: string;
  readonly project: string;
  readonly home: Home;
  readonly pulumi: Stack;
  readonly readOutputs: () => Promise<OutputMap>;
  readonly passphraseSource: string;
  readonly parallel: number;
  readonly onEvent?: (event: DeployEvent) => void;
  readonly onOutput?: (text: string) => void;
  readonly acceptEngineSwitch: boolean;
  readonly traces: boolean;
  readonly close: () => Promise<void>;
}

/** What one run is given by the engine's own API. */
interface RunOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly onOutput: (text: string) => void;
  readonly parallel: number;
  readonly signal?: AbortSignal;
  readonly color: "never";
}

/** One stack, open for work. Runs go one after the other. `close` it at the end. */
export class Deployment {
  readonly engine: PreparedEngine;
  readonly stack: string;

  constructor(private readonly parts: DeploymentParts) {
    this.engine = parts.engine;
    this.stack = parts.stack;
  }

  /** What `up` would do. Changes nothing. */
  async preview(options: PreviewOptions = {}): Promise<Plan> {
    const { parts } = this;
    const events = await this.run("preview", options.signal, (run) =>
      parts.pulumi.preview({ ...run, ...selection(options) }),
    );
    const unchanged = Object.entries(events.changes).every(([op, count]) => op === "same" || count === 0);
    return { changes: events.changes, steps: events.steps, unchanged, seconds: events.seconds };
  }

  /** @throws EngineSwitchError when the other engine made this stack and this one would change what there is of it */
  async up(options: UpOptions = {}): Promise<DeployResult> {
    await this.guardSwitch(options.signal);
    const events = await this.run("up", options.signal, (run) =>
      this.parts.pulumi.up({ ...run, ...selection(options) }),
    );
    writeEngineRecord(this.parts.home, this.stack, this.engine);
    return events;
  }

  /** Takes the real things as they are into the state. */
  async refresh(options: { readonly signal?: AbortSignal } = {}): Promise<DeployResult> {
    await this.guardSwitch(options.signal);
    return this.run("refresh", options.signal, (run) => this.parts.pulumi.refresh(run));
  }

  async destroy(options: DestroyOptions = {}): Promise<DeployResult> {
    const { excludeProtected, remove, targets } = options;
    return this.run("destroy", options.signal, (run) =>
      this.parts.pulumi.destroy({
        ...run,
        parallel: Math.min(this.parts.parallel, STEPS_OF_REMOVAL),
        ...(excludeProtected === undefined ? {} : { excludeProtected }),
        ...(remove === undefined ? {} : { remove }),
        ...(targets === undefined ? {} : { target: [...targets], targetDependents: true }),
      }),
    );
  }

  /** The stack's outputs, secret ones in plain (they are marked). */
  async outputs(): Promise<Readonly<OutputMap>> {
    try {
      return await this.parts.readOutputs();
    } catch (error) {
      throw this.translated(error, "preview", new EventCollector());
    }
  }

  /** The resources in the state, with their plain outputs. Takes milliseconds. */
  resources(): readonly StateResource[] {
    return readState(this.parts.home, this.parts.project, this.stack).resources;
  }

  /** What was under way when a run was killed. */
  pending(): readonly PendingOperation[] {
    return readState(this.parts.home, this.parts.project, this.stack).pending;
  }

  /** Lifts the protection, so that `destroy` and replacements may delete them. */
  async unprotect(urns: readonly string[]): Promise<void> {
    if (urns.length === 0) return;
    const wanted = new Set(urns);
    const state = await this.exportState();
    const { resources = [] } = state.deployment as { resources?: { urn: string; protect?: boolean }[] };
    for (const resource of resources) if (wanted.has(resource.urn)) resource.protect = false;
    await this.importState(state);
  }

  exportState(): Promise<ExportedState> {
    return this.parts.pulumi.exportStack();
  }

  importState(state: ExportedState): Promise<void> {
    return this.parts.pulumi.importStack(state);
  }

  /** Releases this stack's lock, whoever holds it. */
  cancel(): Promise<void> {
    releaseAllLocks(this.locks());
    return Promise.resolve();
  }

  /** Ends what serves the engine in this process. */
  close(): Promise<void> {
    return this.parts.close();
  }

  private locks(): string {
    return lockFolder(this.parts.home, this.parts.project, this.stack);
  }

  private async guardSwitch(signal: AbortSignal | undefined): Promise<void> {
    const { home, acceptEngineSwitch } = this.parts;
    const record = readEngineRecord(home, this.stack);
    if (acceptEngineSwitch || record === undefined || record.kind === this.engine.kind) return;
    if (this.resources().length === 0) return;
    // Looked at in silence: to those who follow the events, this would be the deployment itself.
    const { changes } = await this.run("preview", signal, (run) => this.parts.pulumi.preview(run), true);
    const disturbing = disturbingChanges(changes);
    if (Object.keys(disturbing).length > 0)
      throw new EngineSwitchError(this.stack, record.kind, this.engine.kind, disturbing);
  }

  private async run(
    action: Action,
    signal: AbortSignal | undefined,
    start: (options: RunOptions) => Promise<unknown>,
    silent = false,
  ): Promise<EventCollector> {
    const { parallel, onEvent, onOutput } = this.parts;
    if (action !== "preview") releaseStaleLocks(this.locks(), this.stack);
    const events = new EventCollector(silent ? undefined : onEvent);
    const options: RunOptions = {
      onEvent: events.accept,
      onOutput: (text) => (silent ? undefined : onOutput?.(text)),
      color: "never",
      parallel,
      ...(signal === undefined ? {} : { signal }),
    };
    const depth = Error.stackTraceLimit;
    // The SDK takes a stack trace for each promise of each resource: a third of a preview's time, and read by nobody.
    if (!this.parts.traces) Error.stackTraceLimit = 0;
    // A resource that fails rejects its outputs, which nobody awaits; the events say the same in full.
    const ignore = (): void => undefined;
    process.on("unhandledRejection", ignore);
    try {
      await start(options);
      return events;
    } catch (error) {
      throw this.translated(error, action, events);
    } finally {
      process.off("unhandledRejection", ignore);
      Error.stackTraceLimit = depth;
    }
  }

  /** An error thrown by the program itself has lost its place to the speed of the run. */
  private withHint(failure: DeployFailure): DeployFailure {
    if (this.parts.traces || !failure.message.startsWith("Unhandled exception")) return failure;
    return { ...failure, message: `${failure.message}\n(set TRADE2026_TRACES=1 to see where)` };
  }

  private translated(error: unknown, action: Action, events: EventCollector): unknown {
    if (!(error instanceof CommandFailed)) return error;
    const output = withoutColours(`${error.stdout}\n${error.stderr}`);
    if (/incorrect passphrase|passphrase must be set/i.test(output)) {
      return new WrongPassphraseError(this.stack, this.parts.passphraseSource);
    }
    const lock = /created by (.*)@(.*) \(pid (\d+)\) at (\S+)/.exec(output);
    if (output.includes("the stack is currently locked by")) {
      const [, user, host, pid, since] = lock ?? [];
      return new StackLockedError(this.stack, {
        ...(pid === undefined ? {} : { pid: Number(pid) }),
        ...(host === undefined ? {} : { host }),
        ...(user === undefined ? {} : { user }),
        ...(since === undefined ? {} : { since }),
      });
    }
    const said = error.stderr.trim() === "" ? error.message : withoutColours(error.stderr).trim();
    const failures =
      events.failures.length > 0 ? events.failures : [{ message: said.replace(/^error:\s*/i, "") }];
    return new DeployFailedError(
      this.stack,
      action,
      failures.map((failure) => this.withHint(failure)),
      output,
    );
  }
}

/** What happens to things that there are. A new one is nobody's yet: after a `down`, most of a platform is. */
function disturbingChanges(changes: OpCounts): OpCounts {
  const { same: _, create: _new, read: _read, ...disturbing } = changes;
  return Object.fromEntries(Object.entries(disturbing).filter(([, count]) => count > 0));
}

function selection(options: PreviewOptions): { refresh?: boolean; target?: string[]; replace?: string[] } {
  return {
    ...(options.refresh === undefined ? {} : { refresh: options.refresh }),
    ...(options.targets === undefined ? {} : { target: [...options.targets] }),
    ...(options.replace === undefined ? {} : { replace: [...options.replace] }),
  };
}
