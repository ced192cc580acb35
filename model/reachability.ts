import type { ContainerPlan, Plan } from "./plan";

/** What a probe from inside of a container must find: whether a connection is accepted, a name resolved. */
export type Reach = "open" | "closed";

/** One question that `t26 reach` answers from inside the container `from`. */
export interface ReachRow {
  readonly from: string;
  /** `nats:4222`, `host-backend:443`, `outside-tcp`; unique for each `from`, without spaces. */
  readonly target: string;
  readonly kind: "tcp" | "dns";
  /** `HOST:PORT` for tcp, a host name for dns. */
  readonly address: string;
  readonly expected: Reach;
}

export interface ReachOptions {
  /** Ports on which something of the host listens on all of its addresses. @default none */
  readonly hostListeners?: readonly number[];
  /** What the Docker host itself can reach outside; `undefined` leaves the question out. */
  readonly outside?: { readonly dns?: string; readonly tcp?: string };
}

/** Reachable from wherever there is internet, if there is any. */
const OUTSIDE = { dns: "example.com", tcp: "1.1.1.1:443" };

/**
 * Who reaches what. Lanes segment: two services that share one reach each other on every port that listens on
 * all addresses; without a shared one nothing goes through. The platform opens nothing on the host but the
 * gateways' ports, and only frontend goes out.
 */
export function reachability(plan: Plan, options: ReachOptions = {}): readonly ReachRow[] {
  const services = plan.containers.filter(({ role }) => role === "service");
  return services.flatMap((from) => [
    ...services.flatMap((to) => (to === from ? [] : serviceRows(from, to))),
    ...hostRows(from, plan, options.hostListeners ?? []),
    ...outsideRows(from, options.outside ?? OUTSIDE),
  ]);
}

/** Whether two containers are on a common lane. */
export function shareLane(a: Pick<ContainerPlan, "lanes">, b: Pick<ContainerPlan, "lanes">): boolean {
  return a.lanes.some((lane) => b.lanes.includes(lane));
}

/** The questions about one container, as `t26 reach` reads them: `NAME KIND ADDRESS` a line. */
export function reachInput(rows: readonly ReachRow[]): string {
  return rows.map(({ target, kind, address }) => `${target} ${kind} ${address}\n`).join("");
}

/** An answer of `t26 reach` in the matrix's words. A refusal is closed too: nothing was reached. */
export function reached(result: string): Reach {
  return result === "open" || result === "resolved" ? "open" : "closed";
}

/** Ports that listen on 127.0.0.1 alone are asked for as well: nobody else reaches them, lane or not. */
function serviceRows(from: ContainerPlan, to: ContainerPlan): readonly ReachRow[] {
  const row = (port: number, expected: Reach): ReachRow => {
    const address = `${to.name}:${port}`;
    return { from: from.name, target: address, kind: "tcp", address, expected };
  };
  // What a gateway publishes for others it listens to on its lanes as well.
  const ports = new Set([...Object.values(to.listens), ...to.ports.map(({ container }) => container)]);
  return [
    ...[...ports].map((port) => row(port, shareLane(from, to) ? "open" : "closed")),
    ...Object.values(to.loopback).map((port) => row(port, "closed")),
  ];
}

/**
 * The host is a neighbour on each lane: what listens there on all addresses is reachable, lane or not internal.
 * Through its own lanes a container always gets there; whether also through the gateway address of another lane
 * depends on the engine (20.10 lets it), so that is not asked. Ports published on 127.0.0.1 are reached by nobody.
 */
function hostRows(from: ContainerPlan, plan: Plan, listeners: readonly number[]): readonly ReachRow[] {
  const local = plan.hostPorts.filter(({ address }) => address.startsWith("127."));
  return plan.lanes.flatMap(({ name, gateway }) => {
    const row = (port: number, expected: Reach): ReachRow => ({
      from: from.name,
      target: `host-${name}:${port}`,
      kind: "tcp",
      address: `${gateway}:${port}`,
      expected,
    });
    return [
      ...local.map(({ host }) => row(host, "closed")),
      ...(from.lanes.includes(name) ? listeners.map((port) => row(port, "open")) : []),
    ];
  });
}

function outsideRows(
  from: ContainerPlan,
  { dns, tcp }: NonNullable<ReachOptions["outside"]>,
): readonly ReachRow[] {
  const expected: Reach = from.lanes.includes("frontend") ? "open" : "closed";
  return [
    ...(dns === undefined
      ? []
      : [{ from: from.name, target: "outside-dns", kind: "dns" as const, address: dns, expected }]),
    ...(tcp === undefined
      ? []
      : [{ from: from.name, target: "outside-tcp", kind: "tcp" as const, address: tcp, expected }]),
  ];
}
