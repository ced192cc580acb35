import type { Order } from "../../../services/contracts";
import { limit, recordsOf, type Client, type World } from "./harness";

/** Sends until it is answered, under the same id, as a client has to. */
async function insist(client: Client, input: Record<string, unknown>): Promise<Order> {
  for (;;) {
    try {
      const { status, body } = await client.submit(input);
      if (status === 200 || status === 201) return body;
      if (status !== 503) throw new Error(`${status} ${JSON.stringify(body)}`);
    } catch (error) {
      // the connection went with the process
      if ((error as { code?: unknown }).code === undefined) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sends orders, some at a time, while `disturb` does its worst. */
export async function under(
  client: Client,
  orders: number,
  disturb: () => Promise<unknown>,
): Promise<ReadonlyMap<string, Order>> {
  const inputs = Array.from({ length: orders }, () => limit());
  const answered = new Map<string, Order>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const input = inputs[next++];
      if (!input) return;
      answered.set(String(input.client_order_id), await insist(client, input));
    }
  };
  const disturbed = disturb();
  await Promise.all(Array.from({ length: 24 }, worker));
  await disturbed;
  return answered;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Every answered order is in the log, once, and no other order of its client is. */
export async function assertExact(world: World, answered: ReadonlyMap<string, Order>): Promise<void> {
  const accepted = await recordsOf<Order>(world.connection, "ORDERS", "orders.accepted");
  const byClient = new Map<string, Set<string>>();
  for (const { record } of accepted)
    byClient.set(
      record.client_order_id,
      (byClient.get(record.client_order_id) ?? new Set()).add(record.order_id),
    );
  const wrong = [...answered].filter(
    ([id, order]) => byClient.get(id)?.size !== 1 || !byClient.get(id)?.has(order.order_id),
  );
  expect(wrong).toEqual([]);
  expect(accepted.filter(({ record }) => answered.has(record.client_order_id))).toHaveLength(answered.size);
}
