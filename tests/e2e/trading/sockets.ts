import { Agent } from "node:https";
import { WebSocket } from "ws";
import { GATEWAY_PORTS } from "../../../components/gateway/gateway";
import { engine, execIn, healthOf, until } from "../../harness/docker";
import { ask } from "../../harness/https";
import { BASE, physical } from "../harness/platform";
import { say } from "../harness/progress";
import { BTC } from "./market";
import type { TradingRun } from "./run";

/** `E2E_SOCKETS` browsers; each takes two files of the gateway and one of ours. */
const COUNT = Number(process.env["E2E_SOCKETS"] ?? "2000");
const AT_ONCE = 32;

/**
 * Many browsers at once: each is told, nobody else is slowed down for it, and nothing of them stays.
 *
 * They come to the gateway's own address where the host can: what Docker publishes on 127.0.0.1 passes a process of
 * Docker's that takes six files a connection, and ends when it has no more of them.
 */
export function socketCases(run: TradingRun): void {
  const sockets: WebSocket[] = [];
  afterAll(() => sockets.forEach((socket) => socket.terminate()));

  it(`${COUNT} browsers listen, and orders pass`, async () => {
    const before = await measured();
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const address = await gatewayAddress();
    const told = new Set<WebSocket>();
    const began = Date.now();
    let left = COUNT;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) sockets.push(await listening(agent, address, told));
      }),
    );
    agent.destroy();
    say(`${COUNT} sockets open after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    await until(
      "every browser has been told a quote",
      30,
      async () => told.size,
      (size) => size === COUNT,
    );
    expect((await measured()).sockets - before.sockets).toBe(COUNT);
    const order = { symbol: BTC, side: "BUY", quantity: "0.001", order_type: "MARKET" };
    expect((await run.desk("other").done(order)).status).toBe("FILLED");
    const { memory } = await measured();
    sockets.forEach((socket) => socket.close());
    const after = await until("nobody is left", 30, measured, ({ sockets: open }) => open === before.sockets);
    say(`live-updates: ${mib(before.memory)} before, ${mib(memory)} with them, ${mib(after.memory)} after`);
    const docker = await engine();
    for (const name of ["gateway", "live-updates", "oms"])
      expect([name, await healthOf(docker.getContainer(physical(name)))]).toEqual([name, "healthy"]);
  }, 300_000);

  async function listening(agent: Agent, address: string, told: Set<WebSocket>): Promise<WebSocket> {
    const { token } = run.users.viewer;
    const { ca } = run.api;
    const answer = await ask(`${BASE}/ws/ticket`, {
      ...{ method: "POST", ca, agent },
      headers: { authorization: `Bearer ${token}`, "content-length": "0" },
    });
    if (answer.status !== 201) throw new Error(`no ticket: ${answer.status} ${answer.body}`);
    const { ticket } = JSON.parse(answer.body) as { readonly ticket: string };
    const socket = new WebSocket(`wss://${address}/ws?ticket=${ticket}`, {
      ...{ ca, servername: "localhost" },
      headers: { host: new URL(BASE).host },
    });
    socket.on("message", (data: Buffer) => {
      if (data.includes(`"channel":"quotes:${BTC}"`)) told.add(socket);
    });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    socket.on("error", () => undefined);
    socket.send(JSON.stringify({ op: "subscribe", channels: [{ channel: `quotes:${BTC}` }] }));
    return socket;
  }
}

/** host:port */
async function gatewayAddress(): Promise<string> {
  if (process.platform !== "linux") return new URL(BASE).host;
  const { NetworkSettings } = await (await engine()).getContainer(physical("gateway")).inspect();
  return `${NetworkSettings.Networks[physical("frontend")]?.IPAddress}:${GATEWAY_PORTS.https}`;
}

interface Measured {
  readonly sockets: number;
  readonly memory: number;
}

/** From the service itself: its measurements are behind no route. */
async function measured(): Promise<Measured> {
  const container = (await engine()).getContainer(physical("live-updates"));
  const read = "fetch('http://127.0.0.1:8115/metrics').then((r) => r.text()).then(console.log)";
  const { stdout } = await execIn(container, ["node", "-e", read]);
  const gauge = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(stdout)?.[1] ?? Number.NaN);
  return { sockets: gauge("live_updates_sockets"), memory: gauge("process_resident_memory_bytes") };
}

const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
