import { execute, type Valkey } from "../../kit/valkey";

const SYNC_MS = 2500;

/**
 * Writes what must survive the machine. It goes over a connection of its own: waiting for the append-only file to be
 * on disk, at most a second, holds up everything behind it.
 */
export class DurableWriter {
  readonly #client: Valkey;
  #before: Promise<unknown> = Promise.resolve();

  private constructor(client: Valkey) {
    this.#client = client;
  }

  /** @returns once its connection stands */
  static async open(client: Valkey): Promise<DurableWriter> {
    const own = client.duplicate({ commandTimeout: SYNC_MS + 500 });
    // the other connection tells
    own.on("error", () => undefined);
    if (own.status !== "ready") await new Promise<void>((resolve) => own.once("ready", () => resolve()));
    return new DurableWriter(own);
  }

  /**
   * One at a time, in the order of the calls.
   *
   * @param write makes the transaction from what is true by then
   * @throws when it was not written, or nobody knows whether it is on disk
   */
  commit(write: (client: Valkey) => ReturnType<Valkey["multi"]>): Promise<void> {
    const mine = this.#before.then(async () => {
      await execute(write(this.#client));
      const synced = (await this.#client.call("WAITAOF", 1, 0, SYNC_MS)) as readonly [number, number];
      if (synced[0] < 1) throw new Error(`written, but not on disk within ${SYNC_MS} ms`);
    });
    this.#before = mine.catch(() => undefined);
    return mine;
  }

  stop(): void {
    this.#client.disconnect();
  }
}
