import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { Counter, Gauge, type Registry } from "prom-client";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import type { Caller, Log } from "../../kit";
import type { Hub } from "./hub";
import { Session, type SessionLimits } from "./session";
import type { Tickets } from "./tickets";

export interface SocketsOptions {
  readonly server: Server;
  readonly path: string;
  readonly tickets: Tickets;
  readonly hub: Hub;
  readonly limits: SessionLimits;
  readonly maxSockets: number;
  /** A client is asked for a sign of life this often, and is gone when it gives none until the next time. */
  readonly heartbeatMs: number;
  /** Then the client comes back with a new ticket: what it may see is looked at again. */
  readonly maxAgeMs: number;
  readonly log: Log;
  readonly metrics: Registry;
}

/** Bytes of a client's message. */
const MAX_MESSAGE = 64 * 1024;
/** Codes of RFC 6455, and of ours (4000 and above). */
const GOING_AWAY = 1001;
const TRY_AGAIN = 1013;
const TOO_OLD = 4001;

interface Member {
  readonly socket: WebSocket;
  readonly session: Session;
  readonly since: number;
  alive: boolean;
}

/** The sockets of browsers: opened with a ticket, watched by heartbeats, bounded in number. */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;
  readonly #members = new Set<Member>();
  readonly #opened: Counter<"outcome">;
  readonly #timer: NodeJS.Timeout;
  #stopping = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
    // compression would take 300 kB of each socket
    this.#server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });
    const registers = [options.metrics];
    this.#opened = new Counter({
      name: "live_updates_opened_total",
      help: "Sockets that were asked for, by outcome",
      labelNames: ["outcome"],
      registers,
    });
    const members = this.#members;
    new Gauge({
      name: "live_updates_sockets",
      help: "Open sockets",
      registers,
      collect() {
        this.set(members.size);
      },
    });
    options.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    this.#timer = setInterval(() => this.#beat(), options.heartbeatMs);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Tells everybody to come back elsewhere, and lets nobody in. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    const left = [...this.#members].map(
      ({ socket }) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const { socket } of this.#members) socket.close(GOING_AWAY, "the service stops");
    const hurry = setTimeout(() => this.#members.forEach(({ socket }) => socket.terminate()), 1000);
    await Promise.all(left);
    clearTimeout(hurry);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://here");
    if (pathname !== this.#options.path) return refuse(socket, 404, "Not Found");
    if (this.#stopping || this.#members.size >= this.#options.maxSockets) {
      this.#opened.inc({ outcome: "full" });
      return refuse(socket, 503, "Service Unavailable");
    }
    const caller = this.#options.tickets.redeem(searchParams.get("ticket") ?? "");
    if (!caller) {
      this.#opened.inc({ outcome: "refused" });
      return refuse(socket, 401, "Unauthorized");
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#join(opened, caller));
  }

  #join(socket: WebSocket, caller: Caller): void {
    const { hub, limits, heartbeatMs } = this.#options;
    const sink = {
      send: (bytes: Buffer | string, done: () => void) => socket.send(bytes, { binary: false }, done),
      buffered: () => socket.bufferedAmount,
    };
    const session = new Session(caller, hub, sink, limits);
    const member: Member = { socket, session, since: performance.now(), alive: true };
    this.#members.add(member);
    this.#opened.inc({ outcome: "open" });
    socket.on("pong", () => (member.alive = true));
    socket.on("message", (data, isBinary) => void this.#receive(member, data, isBinary));
    socket.on("error", (error) => this.#options.log.debug({ reason: error.message }, "socket"));
    socket.on("close", () => {
      this.#members.delete(member);
      session.close();
    });
    socket.send(JSON.stringify({ type: "hello", subject: caller.subject, heartbeat_ms: heartbeatMs }));
  }

  /** One message at a time: who asks faster than it reads is not read until it has read. */
  async #receive({ socket, session }: Member, data: RawData, isBinary: boolean): Promise<void> {
    socket.pause();
    try {
      // Node's default: one buffer a message
      await session.receive(isBinary ? "" : (data as Buffer).toString("utf8"));
      while (socket.bufferedAmount > this.#options.limits.maxBuffered && socket.readyState === socket.OPEN)
        await new Promise((resolve) => setTimeout(resolve, 50));
    } catch (error) {
      this.#options.log.error({ err: error }, "a message of a client was not handled");
      socket.close(TRY_AGAIN, "try again");
    } finally {
      socket.resume();
    }
  }

  #beat(): void {
    const oldest = performance.now() - this.#options.maxAgeMs;
    for (const member of this.#members) {
      const { socket, since } = member;
      if (!member.alive) {
        socket.terminate();
        continue;
      }
      member.alive = false;
      if (since < oldest) socket.close(TOO_OLD, "come back with a new ticket");
      else socket.ping();
    }
  }
}

function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
