/** One batch of cases through one Pulumi engine: every step, its events and its state. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Setting } from "./program";
import { program } from "./program";
import type { Batch } from "./spec";
import { outcomes, type Outcome } from "./verdict";

/** Networks wait two seconds for themselves; more at once than cores. */
const PARALLEL = 16;

/** A resource as the state has it. */
export interface Stored {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly delete?: boolean;
  readonly initErrors?: readonly string[];
}

type Outcomes = ReadonlyMap<string, Outcome>;

export class BatchStack {
  private constructor(
    private readonly stack: Stack,
    private readonly batch: Batch,
    private readonly setting: Setting,
    private readonly log: (line: string) => void,
  ) {}

  /** @param env environment of the engine, with the way to its plugins */
  static async open(
    batch: Batch,
    setting: Setting,
    folder: string,
    env: Readonly<Record<string, string>>,
    log: (line: string) => void,
  ): Promise<BatchStack> {
    const workDir = join(folder, "work");
    const state = join(folder, "state");
    mkdirSync(workDir, { recursive: true });
    mkdirSync(state, { recursive: true });
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: batch.name, projectName: "t26conf", program: () => Promise.resolve() },
      {
        workDir,
        envVars: {
          ...env,
          PULUMI_BACKEND_URL: `file://${state.replaceAll("\\", "/")}`,
          PULUMI_CONFIG_PASSPHRASE: "conformance",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "1",
          PULUMI_SKIP_UPDATE_CHECK: "1",
          PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "1",
        },
        projectSettings: { name: "t26conf", runtime: "nodejs", backend: { url: `file://${state}` } },
      },
    );
    return new BatchStack(stack, batch, setting, log);
  }

  async up(step: 1 | 2): Promise<Outcomes> {
    return this.run(`up ${step}`, async (onEvent) => {
      await this.stack.up({
        program: program(this.batch.cases, step, this.setting),
        continueOnError: true,
        onEvent,
        parallel: PARALLEL,
      });
    });
  }

  /** @param refresh first read what is really there, and forget it again */
  async preview(step: 1 | 2, cases = this.batch.cases, refresh = false): Promise<Outcomes> {
    const what = `preview ${step}${cases.length === 1 ? ` of ${cases[0]?.name ?? ""}` : ""}${refresh ? " after a refresh" : ""}`;
    return this.run(what, async (onEvent) => {
      await this.stack.preview({
        program: program(cases, step, this.setting),
        onEvent,
        refresh,
        parallel: PARALLEL,
      });
    });
  }

  async refresh(): Promise<Outcomes> {
    return this.run("refresh", async (onEvent) => {
      await this.stack.refresh({ onEvent, parallel: PARALLEL });
    });
  }

  async destroy(): Promise<void> {
    await this.run("destroy", async (onEvent) => {
      await this.stack.destroy({ onEvent, parallel: PARALLEL, continueOnError: true });
    });
  }

  /** The resources of the state by logical name, those of an unfinished replacement left out. */
  async stored(): Promise<ReadonlyMap<string, Stored>> {
    const { deployment } = await this.stack.exportStack();
    const { resources = [] } = deployment as { resources?: readonly Stored[] };
    return new Map(
      resources
        .filter((one) => one.delete !== true)
        .map((one) => [one.urn.slice(one.urn.lastIndexOf("::") + 2), one]),
    );
  }

  /** A run that fails is a result like another: what failed is in its events. */
  private async run(
    what: string,
    act: (onEvent: (event: EngineEvent) => void) => Promise<void>,
  ): Promise<Outcomes> {
    const events: EngineEvent[] = [];
    const started = Date.now();
    let failure: unknown;
    try {
      await act((event) => events.push(event));
    } catch (error) {
      failure = error;
    }
    const failed = failure === undefined ? "" : ", with failures";
    this.log(`${this.batch.name}: ${what} took ${((Date.now() - started) / 1000).toFixed(1)} s${failed}`);
    const seen = outcomes(events);
    if (failure !== undefined && ![...seen.values()].some((one) => one.error !== undefined)) {
      throw failure instanceof Error ? failure : new Error(String(failure));
    }
    return seen;
  }
}
