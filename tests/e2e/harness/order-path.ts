import { examine } from "../../../cli/docker/containers";
import { isFinal, type Order } from "../../../services/contracts";
import { engine, until } from "../../harness/docker";
import { physical } from "./platform";

/** What an order passes between the OMS and its venue, and back. */
const ORDER_PATH = ["nats", "valkey-state", "oms", "exeq", "live-gateway", "prism"];
/** Lines of each log that are looked through, and shown of them. */
const [READ, SHOWN] = [400, 3];
const WIDTH = 240;

/** An order that stays where it is says nothing of why: what waits on its way is added to the failure. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const told = await lastWords().catch((other: unknown) => [
      `nothing can be said of why: ${String(other)}`,
    ]);
    throw new Error([reason, "The order path:", ...told].join("\n"), { cause: error });
  }
}

/** Waits until none of the orders is open any more. @returns all of them, as they were found then */
export async function allOver(read: () => Promise<readonly Order[]>): Promise<readonly Order[]> {
  let orders: readonly Order[] = [];
  const open = async (): Promise<readonly Order[]> => {
    orders = await read();
    return orders.filter(({ status }) => !isFinal(status));
  };
  await explained(until("every order is over", 60, open, (left) => left.length === 0, 1000));
  return orders;
}

async function lastWords(): Promise<readonly string[]> {
  const docker = await engine();
  const found = await Promise.all(ORDER_PATH.map((name) => examine(docker, physical(name), READ)));
  return ORDER_PATH.flatMap((name, index) => {
    const container = found[index];
    if (!container) return [`  ${name}: no container`];
    const { state, probe, restarts, log } = container;
    const complaints = log
      .split("\n")
      .filter((line) => /"level":"(?:warn|error|fatal)"|\[(?:WRN|ERR)\]/.test(line));
    return [
      `  ${name}: ${state}, ${restarts} restarts, probe: ${(probe?.output ?? "none").slice(0, WIDTH)}`,
      ...complaints.slice(-SHOWN).map((line) => `    ${line.slice(0, WIDTH)}`),
    ];
  });
}
