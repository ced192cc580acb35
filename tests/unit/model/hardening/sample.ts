import { containerArgs } from "../../../../components/core/container-args";
import {
  CONTROLS,
  hardeningScore,
  viewOfInputs,
  type ContainerView,
  type ScoreFacts,
  type StackScore,
} from "../../../../model/hardening";
import type { ContainerPlan, Plan } from "../../../../model/plan";
import { plan, service } from "../../../support/model";

export const IMAGE_ID = `sha256:${"a".repeat(64)}`;
export const REFERENCE = `docker.io/library/store:1.2.3@sha256:${"b".repeat(64)}`;
export const DOCKERFILE = "FROM scratch\nCOPY a /a\nUSER 1000:1000\n";
export const TODAY = "2026-06-01";

/** A store as it should be. */
export const good = service({
  name: "store",
  ports: { http: 8000 },
  data: [{ name: "store-data", path: "/data", backup: { method: "dump" } }],
  tmpfs: { "/tmp": { size: "16MiB" } },
  stopGrace: "30s",
  stopSignal: "SIGINT",
});

export const platform: Plan = plan([good], { image: () => ({ reference: REFERENCE, origin: "upstream" }) });

/** The container of the plan as its resource would be. */
export function viewOf(container: ContainerPlan): ContainerView {
  return viewOfInputs(
    containerArgs(container, {
      image: IMAGE_ID,
      network: (lane) => `trade2026-${lane}`,
      volume: (name) => `trade2026-${name}`,
      uploads: container.uploads.map(({ path }) => ({ path, content: "hidden" })),
      physicalName: `trade2026-${container.name}`,
    }) as unknown as Record<string, unknown>,
  );
}

export function scoreOf(
  of: Plan,
  change: { readonly view?: (view: ContainerView, name: string) => ContainerView } & Partial<ScoreFacts> = {},
): StackScore {
  const { view = (same: ContainerView) => same, ...facts } = change;
  return hardeningScore(of, {
    views: new Map(
      of.containers.map((container) => [container.name, view(viewOf(container), container.name)]),
    ),
    image: () => ({ dockerfiles: [{ path: "images/store/Dockerfile", text: DOCKERFILE }] }),
    today: TODAY,
    ...facts,
  });
}

/** Controls that a container of the score does not pass. */
export function failures(score: StackScore, name: string): string[] {
  return outcomes(score, name, "fail");
}

export function outcomes(
  score: StackScore,
  name: string,
  outcome: "pass" | "fail" | "notApplicable",
): string[] {
  const container = score.containers.find((one) => one.name === name);
  if (!container) throw new Error(`no score of ${name}`);
  return container.findings.filter((finding) => finding.outcome === outcome).map(({ control }) => control);
}

export function evidence(score: StackScore, name: string, control: string): string {
  return (
    score.containers.find((one) => one.name === name)?.findings.find((finding) => finding.control === control)
      ?.evidence ?? ""
  );
}

export const titleOf = (id: string): string => CONTROLS.find((control) => control.id === id)?.title ?? "";
