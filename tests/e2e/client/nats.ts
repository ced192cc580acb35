import { connect, type NatsConnection } from "@nats-io/transport-node";
import { DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { refusal, type Access, type StoreChecks } from "./store";

const STREAM = "MARKET";
const subject = (symbol: string): string => `market.tick.${symbol}`;

export function natsChecks(access: Access): StoreChecks {
  const { host, port, username, password } = access;
  const open = (login: { readonly user?: string; readonly pass?: string }): Promise<NatsConnection> =>
    connect({ servers: `nats://${host}:${port}`, reconnect: false, timeout: 5000, ...login });
  const withServer = async <T>(use: (connection: NatsConnection) => Promise<T>): Promise<T> => {
    const connection = await open({ user: username, pass: password });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  };
  const publish = (symbol: string, text: string): Promise<number> =>
    withServer(async (connection) => (await jetstream(connection).publish(subject(symbol), text)).seq);
  const replay = (symbol: string): Promise<readonly string[]> =>
    withServer(async (connection) => {
      const consumer = await jetstream(connection).consumers.get(STREAM, {
        filter_subjects: [subject(symbol)],
        deliver_policy: DeliverPolicy.All,
      });
      const { num_pending: pending } = await consumer.info();
      const texts: string[] = [];
      while (texts.length < pending) {
        const message = await consumer.next({ expires: 5000 });
        if (!message) break;
        texts.push(message.string());
      }
      return texts;
    });

  return {
    checks: {
      "publishes and replays": async () => {
        const marks = [1, 2, 3].map((number) => `${Date.now()}-${number}`);
        for (const mark of marks) await publish("E2E", mark);
        return (await replay("E2E")).slice(-3).join() === marks.join();
      },
      "has the streams": () =>
        withServer(async (connection) => {
          const names: string[] = [];
          for await (const name of (await jetstreamManager(connection)).streams.names()) names.push(name);
          return names.sort();
        }),
      "refuses a wrong password": () =>
        refusal(async () => (await open({ user: username, pass: "wrong" })).close()),
      "refuses an unknown user": () =>
        refusal(async () => (await open({ user: "nobody", pass: password })).close()),
      "refuses nobody": () => refusal(async () => (await open({})).close()),
    },
    write: async (mark) => void (await publish("SENTINEL", mark)),
    read: async () => (await replay("SENTINEL")).at(-1) ?? "nothing",
  };
}
