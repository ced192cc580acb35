import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildPlan } from "../../../model/build-plan";
import type { HostFacts } from "../../../model/host";
import { parseCpgs, type LaneName } from "../../../model/lanes";
import type { Plan } from "../../../model/plan";
import { execProbe } from "../../../model/probes";
import { defineService, thirdParty, type ServiceSpec } from "../../../model/service";
import { imageResolver, ROOT } from "../../../stacks/inputs";
import { portlessSettings, PREFIX } from "../places";

/** The image of the services that do nothing, built from engine/conformance/subject. */
export const SUBJECT = `${PREFIX}-idle/subject:current`;

/** As the platform's services lie: most on one inner lane, some on two, few on frontend. */
const LANES: readonly (readonly LaneName[])[] = [
  ["backend"],
  ["lowlatency"],
  ["lowlatency", "backend"],
  ["backend"],
  ["frontend", "backend"],
];

/** Services that do nothing, hardened, limited and probed like all others; none waits for another. */
export function idleServices(containers: number): readonly ServiceSpec[] {
  return Array.from({ length: containers }, (_, index) =>
    defineService({
      name: `idle-${String(index + 1).padStart(3, "0")}`,
      title: `Idle ${index + 1}`,
      capability: "research",
      image: thirdParty("subject"),
      lanes: LANES[index % LANES.length] ?? ["backend"],
      command: ["sleep"],
      probe: execProbe(["/subject", "health", "ok"]),
      metrics: { kind: "none", reason: "it does nothing" },
      resources: { memory: "32MiB", cpus: 0.25 },
      user: "65532:65532",
      tier: "P3",
    }),
  );
}

/** The plan of so many of them, made by the code that plans the platform. */
export function growthPlan(containers: number, host: HostFacts): Plan {
  const settings = portlessSettings();
  const resolve = imageResolver(settings);
  return buildPlan({
    workloads: idleServices(containers),
    settings,
    registry: parseCpgs(readFileSync(join(ROOT, "configs/cpgs.yaml"), "utf8")),
    image: (name) => (name === "subject" ? { reference: SUBJECT, origin: "override" } : resolve(name)),
    host,
  });
}
