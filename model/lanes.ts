import { createHash } from "node:crypto";
import { parse } from "yaml";
import { z } from "zod";
import { gatewayAddress, overlaps, parseCidr } from "./cidr";
import { ProblemsError, type Problem } from "./problems";
import { zodProblems } from "./zod-problems";

/** CPGS lanes, from the users inwards. */
export const LANES = ["frontend", "lowlatency", "backend"] as const;
export type LaneName = (typeof LANES)[number];

const port = z.number().int().min(1).max(65535);

const laneSchema = z.strictObject({
  purpose: z.string(),
  subnet: z
    .string()
    .refine((text) => parseCidr(text) !== undefined, "must be an IPv4 CIDR block such as 172.21.0.0/16"),
  /** Linux interface names have at most 15 characters. */
  bridge: z.string().max(15),
  /** No route to the outside. */
  internal: z.boolean(),
  hostPorts: z.array(z.union([port, z.tuple([port, port])])),
});

const registrySchema = z.strictObject({
  version: z.string(),
  lanes: z.strictObject({ frontend: laneSchema, lowlatency: laneSchema, backend: laneSchema }),
  wellKnown: z.record(z.string(), port),
});

/** The CPGS registry, configs/cpgs.yaml. */
export type CpgsRegistry = z.infer<typeof registrySchema>;

/** @throws ProblemsError listing every mistake of the file. */
export function parseCpgs(text: string): CpgsRegistry {
  const result = registrySchema.safeParse(parse(text));
  if (!result.success) throw new ProblemsError("configs/cpgs.yaml", zodProblems(result.error, parse(text)));
  return result.data;
}

/** One lane as it will be created. */
export interface Lane {
  readonly name: LaneName;
  readonly subnet: string;
  /** The host's own address on the lane. Given explicitly: a subnet alone is a difference after a reboot. */
  readonly gateway: string;
  readonly bridge: string;
  readonly internal: boolean;
}

/** @param prefix name prefix of the platform; the default one keeps the registry's bridge names */
export function lanesOf(
  registry: CpgsRegistry,
  prefix: string,
  subnets: Readonly<Partial<Record<LaneName, string | undefined>>>,
): readonly Lane[] {
  return LANES.map((name) => {
    const entry = registry.lanes[name];
    const subnet = subnets[name] ?? entry.subnet;
    const cidr = parseCidr(subnet);
    return {
      name,
      subnet,
      gateway: cidr ? gatewayAddress(cidr) : "",
      bridge: bridgeName(entry.bridge, name, prefix),
      internal: entry.internal,
    };
  });
}

function bridgeName(registered: string, lane: LaneName, prefix: string): string {
  if (prefix === "trade2026") return registered;
  return `t26-${createHash("sha256").update(`${prefix}/${lane}`).digest("hex").slice(0, 8)}`;
}

/** Other address ranges that the host already uses: networks of its engine, routes. */
export interface UsedSubnet {
  readonly subnet: string;
  readonly owner: string;
}

/** Lanes that overlap one another or something on the host. */
export function laneProblems(lanes: readonly Lane[], used: readonly UsedSubnet[]): readonly Problem[] {
  const problems: Problem[] = [];
  const taken: UsedSubnet[] = [...used];
  for (const lane of lanes) {
    const cidr = parseCidr(lane.subnet);
    if (!cidr) continue;
    for (const other of taken) {
      const theirs = parseCidr(other.subnet);
      if (theirs && overlaps(cidr, theirs)) {
        problems.push({
          path: `trade2026:subnets.${lane.name}`,
          what: `overlaps ${other.subnet} of ${other.owner}`,
          value: lane.subnet,
          allowed: "an IPv4 block that nothing else on this host uses",
          fix: `pulumi config set --path trade2026:subnets.${lane.name} 10.${210 + LANES.indexOf(lane.name)}.0.0/16`,
        });
      }
    }
    taken.push({ subnet: lane.subnet, owner: `lane ${lane.name}` });
  }
  return problems;
}

/** Whether `hostPort` lies in the range of one of the lanes. */
export function portInLanes(registry: CpgsRegistry, lanes: readonly LaneName[], hostPort: number): boolean {
  return lanes.some((lane) =>
    registry.lanes[lane].hostPorts.some((range) =>
      typeof range === "number" ? range === hostPort : range[0] <= hostPort && hostPort <= range[1],
    ),
  );
}
