import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { connectNats, createLog, Health, inboxOf, Secret } from "../../../../services/kit";
import { eventually } from "../../../support/eventually";

/** As much of a NATS server as a client needs to feel connected. */
class FakeNats {
  readonly connects: Record<string, unknown>[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  password = "right";

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(port: number): Promise<number> {
    await new Promise<void>((done) => this.#server.listen(port, "127.0.0.1", done));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.dropAll();
    await closed;
  }

  dropAll(): void {
    this.#sockets.forEach((socket) => socket.destroy());
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.write(
      `INFO ${JSON.stringify({ server_id: "fake", version: "2.10.0", proto: 1, headers: true, max_payload: 1048576, auth_required: true })}\r\n`,
    );
    socket.on("data", (data) => {
      for (const line of data.toString().split("\r\n")) {
        if (line.startsWith("CONNECT ")) {
          const options = JSON.parse(line.slice("CONNECT ".length)) as Record<string, unknown>;
          this.connects.push(options);
          if (options["pass"] !== this.password) {
            socket.end("-ERR 'Authorization Violation'\r\n");
          }
        } else if (line === "PING") {
          socket.write("PONG\r\n");
        }
      }
    });
  }
}

let server: FakeNats;
let port: number;
beforeEach(async () => {
  server = new FakeNats();
  port = await server.listen(0);
});
afterEach(() => server.close());

function open(password = "right") {
  const health = new Health({ reportAgeMs: 0 });
  health.markRunning();
  const log = createLog("oms", "1", "error", { write: () => undefined });
  const settings = {
    NATS_URL: `nats://127.0.0.1:${port}`,
    NATS_USERNAME: "oms",
    NATS_PASSWORD: new Secret(password),
  };
  return { health, connecting: connectNats({ settings, service: "oms", log, health }) };
}

test("it connects as its user, and readiness follows the connection", async () => {
  const { health, connecting } = open();
  const connection = await connecting;
  expect(server.connects).toMatchObject([{ user: "oms", pass: "right", name: "oms" }]);
  expect((await health.ready()).status).toBe("ok");

  await server.close();
  await eventually(async () => (await health.ready()).status === "unavailable");
  // a server that is away is no reason to restart
  expect((await health.live()).status).toBe("ok");

  server = new FakeNats();
  await server.listen(port);
  await eventually(async () => (await health.ready()).status === "ok");
  await connection.close();
});

test("wrong credentials at the start are an error", async () => {
  await expect(open("wrong").connecting).rejects.toThrow(/authorization/i);
});

test("credentials that are refused later are a reason to restart", async () => {
  const { health, connecting } = open();
  const connection = await connecting;
  server.password = "rotated";
  server.dropAll();
  await eventually(async () => (await health.live()).status === "unavailable");
  expect((await health.live()).checks["nats"]?.error).toMatch(/authorization|closed/i);
  expect((await health.ready()).status).toBe("unavailable");
  await connection.close();
});

test("closing on purpose is not dying", async () => {
  const { health, connecting } = open();
  const connection = await connecting;
  health.markDraining();
  await connection.close();
  expect((await health.live()).status).toBe("ok");
});

test("answers come to an inbox of the user's own", async () => {
  expect(inboxOf("risk")).toBe("_INBOX_risk");
});
