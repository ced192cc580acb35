import { createServer, type AddressInfo, type Socket } from "node:net";
import { FrameReader, frameOf } from "../../../../services/market-data-gateway/src/ibkr/wire";

/** Speaks the Workstation's protocol, from its greeting on. */
export class TwsServer {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  /** Requests, as fields. */
  readonly asked: (readonly string[])[] = [];
  greetings = 0;
  /** What it says instead of being ready. */
  refusal: readonly (string | number)[] | undefined;

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  say(...fields: readonly (string | number)[]): void {
    this.raw(frameOf(fields));
  }

  raw(bytes: Buffer): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket)).on("error", () => socket.destroy());
    const reader = new FrameReader();
    let prefix: Buffer = Buffer.alloc(0);
    let greeted = false;
    socket.on("data", (chunk: Buffer) => {
      prefix = greeted ? chunk : Buffer.concat([prefix, chunk]);
      if (!greeted) {
        if (prefix.length < 4) return;
        if (prefix.toString("latin1", 0, 4) !== "API\0") return void socket.destroy();
        prefix = prefix.subarray(4);
        greeted = true;
      }
      for (const fields of reader.take(prefix)) this.#answer(socket, fields);
    });
  }

  #answer(socket: Socket, fields: readonly string[]): void {
    if (/^v\d+\.\.\d+/.test(fields[0] ?? "")) {
      this.greetings++;
      socket.write(frameOf([176, "20260310 10:00:00 EST"]));
      return;
    }
    this.asked.push(fields);
    if (fields[0] !== "71") return;
    if (this.refusal) {
      socket.end(frameOf(this.refusal));
    } else {
      // cut in two, as TCP may
      const ready = Buffer.concat([frameOf([15, 1, "DU123"]), frameOf([9, 1, 1])]);
      socket.write(ready.subarray(0, 7));
      setImmediate(() => socket.write(ready.subarray(7)));
    }
  }
}
