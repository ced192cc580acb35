import type Docker from "dockerode";
import { LABEL } from "../../model/plan";
import { examine, type Findings } from "../docker/containers";
import { indent } from "../ui/format";
import { redact } from "../../services/contracts/redact";
import type { Style } from "../ui/style";
import { TroubleSpotter, type ContainerEvent } from "./trouble";

export interface WatchHandlers {
  readonly onStarted: (name: string) => void;
  readonly onTrouble: (name: string, what: string, findings: Findings | undefined) => void;
}

/** Follows the engine's events of this platform's containers while a deployment runs. */
export class ContainerWatch {
  /** Containers whose trouble has been told. */
  readonly told = new Set<string>();
  readonly #spotter: TroubleSpotter;
  #stream: NodeJS.ReadableStream | undefined;
  #pending: Promise<void> = Promise.resolve();

  constructor(
    readonly docker: Docker,
    readonly prefix: string,
    readonly handlers: WatchHandlers,
  ) {
    this.#spotter = new TroubleSpotter(prefix);
  }

  async start(): Promise<void> {
    const filters = JSON.stringify({ type: ["container"], label: [`${LABEL}.stack=${this.prefix}`] });
    const stream: NodeJS.ReadableStream = await this.docker.getEvents({ filters });
    this.#stream = stream;
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") this.#see(JSON.parse(line) as ContainerEvent);
    });
    // The deployment itself says what a lost engine means.
    stream.on("error", () => undefined);
  }

  /** Ends the watch once everything seen has been told. */
  async stop(): Promise<void> {
    await this.#pending;
    (this.#stream as (NodeJS.ReadableStream & { destroy?: () => void }) | undefined)?.destroy?.();
  }

  #see(event: ContainerEvent): void {
    const seen = this.#spotter.see(event);
    if (seen?.kind === "started") this.handlers.onStarted(seen.name);
    if (seen?.kind !== "trouble") return;
    this.told.add(seen.name);
    this.#pending = this.#pending.then(async () => {
      const findings = seen.again ? undefined : await examine(this.docker, seen.id).catch(() => undefined);
      this.handlers.onTrouble(seen.name, seen.what, findings);
    });
  }
}

/** A container's trouble as lines: what happened, the last probe's output, the end of its log. */
export function describeTrouble(
  name: string,
  what: string,
  findings: Findings | undefined,
  style: Style,
): string {
  const lines = [`${style.bad("✗")} ${style.strong(name)} ${what}`];
  if (findings?.probe) {
    const { exitCode, output } = findings.probe;
    lines.push(`    last probe, exit code ${exitCode}:`, indent(redact(output) || "(no output)", 6));
  }
  if (findings)
    lines.push("    last lines of its log:", indent(redact(findings.log).trimEnd() || "(empty)", 6));
  return lines.join("\n");
}
