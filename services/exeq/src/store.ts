import type { z } from "zod";
import { execute, type Valkey } from "../../kit";
import { isParent, plan } from "./plan";
import { child, parentOrder, progress, type Child, type ParentState } from "./state";

const ACTIVE = "exeq:parents";
const keyOf = (orderId: string): string => `exeq:parent:${orderId}`;
/** An ended parent can be looked at for as long as its orders are in the stream. */
const KEEP_SECONDS = 7 * 86_400;

/** What of a parent has changed, and is written. */
export interface Changes {
  readonly progress?: true;
  readonly order?: true;
  readonly plan?: true;
  readonly child?: number;
}

/** Progress of the parents in Valkey, each a hash whose fields are written as they change. */
export class ParentStore {
  readonly #valkey: Valkey;

  constructor(valkey: Valkey) {
    this.#valkey = valkey;
  }

  async save(state: ParentState, changes: Changes): Promise<void> {
    const { order, plan: cut, progress: at, children } = state;
    const key = keyOf(order.order_id);
    const fields: Record<string, string> = {};
    if (changes.progress) fields["progress"] = JSON.stringify(at);
    if (changes.order) fields["order"] = JSON.stringify(order);
    if (changes.plan) fields["plan"] = JSON.stringify(cut);
    const changed = changes.child === undefined ? undefined : children.get(changes.child);
    if (changed) fields[`child:${changed.n}`] = JSON.stringify(changed);
    const write = this.#valkey.multi().hset(key, fields);
    if (changes.progress && at.phase === "ended")
      write.srem(ACTIVE, order.order_id).expire(key, KEEP_SECONDS);
    else if (changes.progress) write.sadd(ACTIVE, order.order_id);
    await execute(write);
  }

  async load(orderId: string): Promise<ParentState | undefined> {
    const fields = await this.#valkey.hgetall(keyOf(orderId));
    if (fields["order"] === undefined) return undefined;
    const read = <Schema extends z.ZodType>(field: string, schema: Schema): z.output<Schema> =>
      schema.parse(JSON.parse(fields[field] ?? "null"));
    const children = new Map<number, Child>();
    for (const field of Object.keys(fields)) {
      if (!field.startsWith("child:")) continue;
      const each = read(field, child);
      children.set(each.n, each);
    }
    const order = read("order", parentOrder);
    if (!isParent(order)) throw new Error(`${orderId} is kept as a parent and has no algorithm`);
    return {
      order,
      plan: read("plan", plan),
      progress: read("progress", progress),
      children,
    };
  }

  active(): Promise<readonly string[]> {
    return this.#valkey.smembers(ACTIVE);
  }
}
