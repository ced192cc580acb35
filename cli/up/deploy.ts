import type Docker from "dockerode";
import type { DeployEvent, DeployResult } from "../../engine";
import type { Plan } from "../../model/plan";
import { DeployView } from "../ui/deploy-view";
import type { Output } from "../ui/output";
import { redact } from "../../services/contracts/redact";
import { ContainerWatch, describeTrouble } from "./watch";

/** A log that says nothing for long looks dead. */
const SILENCE_MS = 15_000;
const REDRAW_MS = 200;

/** What is shown of a deployment while it runs, on a terminal and in a log. */
export class DeployProgress {
  readonly view: DeployView;
  readonly watch: ContainerWatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastLine = Date.now();

  /** @param docker engine to follow; without it only the deployment's own steps are seen */
  constructor(
    readonly out: Output,
    plan: Plan,
    docker: Docker | undefined,
  ) {
    this.view = new DeployView(resourceCount(plan), Date.now());
    this.watch =
      docker &&
      new ContainerWatch(docker, plan.settings.prefix, {
        onStarted: (name) => this.view.containerStarted(name, Date.now()),
        onTrouble: (name, what, findings) => this.say(describeTrouble(name, what, findings, out.style)),
      });
  }

  /** For the stack's `onEvent`. */
  readonly see = (event: DeployEvent): void => {
    switch (event.kind) {
      case "start":
      case "done":
      case "failed": {
        const line = this.view.see(event, Date.now());
        // On a terminal the live lines say it; a log keeps each.
        if (line !== undefined && (!this.out.live || event.kind === "failed")) this.say(`  ${line}`);
        return;
      }
      case "message":
        // Errors come once more, together, when the deployment ends.
        if (event.severity === "warning")
          this.say(`${this.out.style.caution("!")} ${redact(event.text.trim())}`);
        return;
      case "summary":
        return;
    }
  };

  say(line: string): void {
    this.#lastLine = Date.now();
    this.out.line(line);
  }

  /** Runs a deployment with its progress shown. */
  async during(run: () => Promise<DeployResult>): Promise<DeployResult> {
    await this.watch?.start();
    this.#timer = setInterval(() => this.#tick(), REDRAW_MS);
    try {
      return await run();
    } finally {
      clearInterval(this.#timer);
      this.view.finish(Date.now());
      await this.watch?.stop();
      this.out.clear();
    }
  }

  #tick(): void {
    const now = Date.now();
    if (this.out.live) this.out.draw(this.view.lines(now, this.out.style));
    else if (now - this.#lastLine >= SILENCE_MS) {
      const slow = this.view.slow(now, SILENCE_MS);
      if (slow !== undefined) this.say(`  ${slow}`);
    }
  }
}

/** Everything that a deployment makes, components aside. */
function resourceCount(plan: Plan): number {
  const images = new Set(
    plan.containers.map(({ reference, image }) => reference ?? `${image.kind}:${image.name}`),
  );
  return (
    images.size + plan.lanes.length + plan.volumes.length + plan.credentials.length + plan.containers.length
  );
}
