import { setTimeout as pause } from "node:timers/promises";
import Big from "big.js";
import type Docker from "dockerode";
import { STEPS_OF_REMOVAL } from "../../../engine/parallel";
import { engine, healthOf, until } from "../../harness/docker";
import { accessOf } from "../harness/access";
import { LaneClient } from "../harness/client";
import { verb } from "../harness/command";
import { inventory } from "../harness/inventory";
import { physical } from "../harness/platform";
import { plannedPlatform } from "../harness/planned";
import { say } from "../harness/progress";
import { wellAgain } from "../harness/well";
import { Flow } from "./flow";
import { BTC } from "./market";
import type { TradingRun } from "./run";

/** `E2E_STOPS` hard stops; fifteen are every level in every trouble. */
const COUNT = Number(process.env["E2E_STOPS"] ?? "5");
const LEVELS = ["no-new-orders", "reduce-only", "flatten"] as const;
/** Who is gone when trading is stopped; `restart`: afterwards every service is restarted, and it must still be stopped. */
const TROUBLES = ["none", "oms", "nats", "authn", "restart"] as const;
type Level = (typeof LEVELS)[number];
type Trouble = (typeof TROUBLES)[number];

/** Sends without waiting for answers, 48 at once at the most. */
const FLOOD_MS = 5;
/** How long the flood goes on against the halt. */
const AGAINST_MS = 1500;
const WELL_SECONDS = 180;

interface Placed {
  readonly order_id: string;
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly status: string;
  readonly created_at: number;
}
interface Filled {
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly quantity: string;
  readonly timestamp: number;
}
interface VenueBook {
  readonly orders: readonly Placed[];
  readonly fills: readonly Filled[];
  readonly positions: readonly { readonly quantity: string }[];
}

const stops = Array.from({ length: COUNT }, (_, index) => {
  const [turn, round] = [index % TROUBLES.length, Math.floor(index / TROUBLES.length)];
  return {
    number: index + 1,
    trouble: TROUBLES[turn] ?? "none",
    level: LEVELS[(turn + round) % LEVELS.length] ?? "flatten",
  };
});

/** A client floods orders and trading is stopped, by the command and not through the gateway, whoever else is gone. */
export function stopCases(run: TradingRun): void {
  const desk = () => run.desk("stops");
  const reason = `hard stop ${run.id}`;
  const took: number[] = [];
  let docker: Docker;
  let lane: LaneClient;

  beforeAll(async () => {
    docker = await engine();
    const all = await inventory();
    lane = await LaneClient.open(all.get("welcome")?.Image ?? "", accessOf(run.secrets, [...all.keys()]));
  });
  afterAll(async () => {
    await lane?.close();
    const sorted = [...took].sort((a, b) => a - b);
    const [median, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    say(
      `${took.length} hard stops: in force ${median} ms after the command was typed (median), ${most} ms at most`,
    );
  });
  // whatever a test leaves, the next one may trade
  afterEach(async () => {
    for (const name of ["oms", "nats", "authn"]) {
      const container = docker.getContainer(physical(name));
      if ((await healthOf(container)) !== "healthy") await container.start().catch(() => undefined);
    }
    await verb("resume", ["--yes", "--reason", reason]);
  });

  it.each(stops)(
    "$number: $level, in trouble: $trouble",
    async ({ number, level, trouble }) => {
      const flow = new Flow(desk(), run.prices, 1000 + number, FLOOD_MS);
      flow.start();
      const returned = await stopped(flow, level, trouble).finally(() => flow.stop());
      expect((await killSwitch()).level).toBe(level);
      await isKept(level, returned, new Set(flow.sent));
      const { taken, refused } = flow.counts;
      say(
        `${number}: ${level}, ${trouble}: ${took.at(-1)} ms; ${taken} orders taken, ${JSON.stringify(refused)}`,
      );
      const { status } = await desk().send({
        symbol: BTC,
        side: "BUY",
        quantity: "0.5",
        order_type: "MARKET",
      });
      expect(status).toBe(422);
      expect((await verb("resume", ["--yes", "--reason", reason])).code).toBe(0);
      const filled = await until(
        "orders pass again",
        30,
        () => desk().send({ symbol: BTC, side: "BUY", quantity: "0.001", order_type: "MARKET" }),
        (reply) => reply.status === 201,
      );
      expect((await desk().ends(filled.body.order_id)).status).toBe("FILLED");
    },
    (WELL_SECONDS + 180) * 1000,
  );

  /** In the flood. @returns when the command had ended */
  async function stopped(flow: Flow, level: Level, trouble: Trouble): Promise<number> {
    const gone = trouble === "none" || trouble === "restart" ? undefined : trouble;
    await flow.taken(80);
    if (gone !== undefined) await docker.getContainer(physical(gone)).kill();
    const asked = Date.now();
    const { code, text } = await verb("halt", ["--level", level, "--yes", "--reason", reason]);
    const returned = Date.now();
    expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
    const { since, level: inForce } = await killSwitch();
    expect(inForce).toBe(level);
    took.push(since - asked);
    await pause(AGAINST_MS);
    if (trouble === "restart") await restartAll();
    if (gone !== undefined) {
      await docker.getContainer(physical(gone)).start();
      await wellAgain(docker, gone, WELL_SECONDS);
    }
    return returned;
  }

  /** What the level says is so at the venue, by its own book. */
  async function isKept(level: Level, returned: number, sent: ReadonlySet<string>): Promise<void> {
    const book = await until(
      `the venue is as ${level} wants it`,
      30,
      venueBook,
      (found) => isAs(level, found),
      500,
    );
    expect(isAs(level, book)).toBe(true);
    const clientIds = new Map((await desk().all()).map((order) => [order.order_id, order.client_order_id]));
    const late = book.orders.filter(
      ({ order_id, created_at }) => created_at > returned && sent.has(clientIds.get(order_id) ?? order_id),
    );
    if (level === "reduce-only") expect(growing(book.fills, returned)).toEqual([]);
    else expect(late).toEqual([]);
  }

  async function venueBook(): Promise<VenueBook> {
    const { prism } = await lane.run("trading", desk().account);
    return Object.fromEntries(
      Object.entries(prism ?? {}).map(([key, { ok, value }]) => {
        if (!ok) throw new Error(`prism ${key}: ${String(value)}`);
        return [key, value];
      }),
    ) as unknown as VenueBook;
  }

  async function killSwitch(): Promise<{ readonly since: number; readonly level: string | null }> {
    const { stdout } = await verb("trading", ["--json"]);
    return (JSON.parse(stdout) as { kill_switch: { since: number; level: string | null } }).kill_switch;
  }

  async function restartAll(): Promise<void> {
    const names = plannedPlatform()
      .containers.filter(({ role }) => role === "service")
      .map(({ name }) => name);
    const began = Date.now();
    for (let from = 0; from < names.length; from += STEPS_OF_REMOVAL)
      await Promise.all(
        names
          .slice(from, from + STEPS_OF_REMOVAL)
          .map((name) => docker.getContainer(physical(name)).restart({ t: 5 })),
      );
    for (const name of names) await wellAgain(docker, name, WELL_SECONDS);
    say(`${names.length} services restarted, well after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
}

const isOpen = ({ status }: Placed): boolean => status === "ACCEPTED" || status === "PARTIALLY_FILLED";

function isAs(level: Level, { orders, fills, positions }: VenueBook): boolean {
  const open = orders.filter(isOpen);
  if (level === "no-new-orders") return true;
  if (level === "flatten") return open.length === 0 && positions.every(({ quantity }) => Big(quantity).eq(0));
  const held = heldAt(fills);
  return open.every(({ symbol, side }) => (held.get(symbol) ?? Big(0)).times(signOf(side)).lt(0));
}

/** Fills after a moment that made a position grow. */
function growing(fills: readonly Filled[], after: number): readonly Filled[] {
  const held = new Map<string, Big>();
  return fills.filter((fill) => {
    const before = held.get(fill.symbol) ?? Big(0);
    const now = before.plus(Big(fill.quantity).times(signOf(fill.side)));
    held.set(fill.symbol, now);
    return fill.timestamp > after && now.abs().gt(before.abs());
  });
}

function heldAt(fills: readonly Filled[]): ReadonlyMap<string, Big> {
  const held = new Map<string, Big>();
  for (const { symbol, side, quantity } of fills)
    held.set(symbol, (held.get(symbol) ?? Big(0)).plus(Big(quantity).times(signOf(side))));
  return held;
}

const signOf = (side: "BUY" | "SELL"): number => (side === "BUY" ? 1 : -1);
