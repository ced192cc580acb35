import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { isFinal } from "../../../services/contracts";
import { engine } from "../../harness/docker";
import { allOver } from "../harness/order-path";
import { physical } from "../harness/platform";
import { say } from "../harness/progress";
import { wellAgain } from "../harness/well";
import { grouped } from "./books";
import { Flow } from "./flow";
import { scheduleOf, type Kill } from "./schedule";
import type { TradingRun } from "./run";

/** `E2E_KILLS` containers die; `E2E_SEED` chooses which, and for how long. */
const COUNT = Number(process.env["E2E_KILLS"] ?? "10");
const SEED = Number(process.env["E2E_SEED"] ?? "1");
/** A container that was killed is well again within this, whatever it has to read first. */
const WELL_SECONDS = 120;

/** Whatever dies while orders are on their way: what was promised is kept, and nothing is done twice. */
export function killCases(run: TradingRun): void {
  const desk = () => run.desk("kills");
  let docker: Docker;
  let flow: Flow;

  beforeAll(async () => {
    docker = await engine();
    flow = new Flow(desk(), run.prices, SEED);
  });

  it(
    `${COUNT} kills, with orders on their way`,
    async () => {
      const schedule = scheduleOf(COUNT, SEED);
      flow.start();
      try {
        for (const [index, kill] of schedule.entries()) {
          await flow.taken(10);
          await die(kill, `${index + 1}/${COUNT}`);
        }
        for (const { name } of schedule) await wellAgain(docker, name, WELL_SECONDS);
        await flow.taken(50);
      } finally {
        await flow.stop();
      }
      const { taken, refused, asked } = flow.counts;
      say(`${taken} orders taken, refused: ${JSON.stringify(refused)}, ${asked} requests`);
      expect(taken).toBeGreaterThan(COUNT * 10);
    },
    (COUNT * 90 + 300) * 1000,
  );

  it("every order that was answered 2xx is there, once, under the id that was answered", async () => {
    const orders = await desk().all();
    const byClient = grouped(orders, ({ client_order_id }) => client_order_id);
    const wrong = flow.answers.filter(({ client_order_id, order_ids }) => {
      const found = byClient.get(client_order_id) ?? [];
      return found.length !== 1 || order_ids.size !== 1 || !order_ids.has(found[0]?.order_id ?? "");
    });
    expect(wrong).toEqual([]);
    // nor is there one that nobody has sent
    const sent = new Set(flow.sent);
    expect(orders.filter(({ client_order_id }) => !sent.has(client_order_id))).toEqual([]);
  });

  it("every order comes to its end", async () => {
    await desk().ask("POST", "/orders/cancel-all", { account: desk().account });
    const orders = await allOver(() => desk().all());
    expect(orders.filter(({ status }) => !isFinal(status))).toEqual([]);
  });

  async function die({ name, ms, waits }: Kill, which: string): Promise<void> {
    const container = docker.getContainer(physical(name));
    const open = flow.counts.asking;
    await container.kill();
    await pause(ms);
    await container.start();
    const began = Date.now();
    if (waits) await wellAgain(docker, name, WELL_SECONDS);
    const after = waits ? `, well ${((Date.now() - began) / 1000).toFixed(1)} s later` : "";
    say(`kill ${which}: ${name}, gone for ${(ms / 1000).toFixed(1)} s${after}; ${open} requests were open`);
  }
}
