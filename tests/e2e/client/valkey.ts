import Valkey from "iovalkey";
import { refusal, type Access, type StoreChecks } from "./store";

const KEY = "e2e:sentinel";

/** `durable`: writes fail when it is full; else the oldest keys give way. */
export function valkeyChecks(access: Access, durable: boolean): StoreChecks {
  const { host, port } = access;
  const using = async <T>(
    login: { readonly username?: string; readonly password?: string },
    use: (client: Valkey) => Promise<T>,
  ): Promise<T> => {
    const client = new Valkey({
      host,
      port,
      ...login,
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: 5000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // The failure that counts is that of the command.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return await use(client);
    } finally {
      client.disconnect();
    }
  };
  const operator = { username: access.username, password: access.password };

  return {
    checks: {
      "sets and gets": () =>
        using(operator, async (client) => {
          const mark = String(Date.now());
          await client.set("e2e:key", mark, "EX", 60);
          return (await client.get("e2e:key")) === mark;
        }),
      "when full": () =>
        using(operator, async (client) => {
          const [, before = "0"] = (await client.config("GET", "maxmemory")) as string[];
          await client.config("SET", "maxmemory", "2mb");
          try {
            const value = "x".repeat(100_000);
            for (let number = 0; number < 40; number++)
              await client.set(`e2e:fill:${number}`, value, "EX", 60);
            return "gives way";
          } catch (error) {
            return error instanceof Error ? error.message : String(error);
          } finally {
            await client.config("SET", "maxmemory", before);
            await client.unlink(...Array.from({ length: 40 }, (_, number) => `e2e:fill:${number}`));
          }
        }),
      "refuses a wrong password": () =>
        refusal(() => using({ ...operator, password: "wrong" }, (client) => client.get("e2e:key"))),
      "refuses an unknown user": () =>
        refusal(() => using({ ...operator, username: "nobody" }, (client) => client.get("e2e:key"))),
      "refuses nobody": () => refusal(() => using({}, (client) => client.get("e2e:key"))),
    },
    write: (mark) =>
      using(operator, async (client) => {
        await client.set(KEY, mark);
        // Appended files are flushed once a second.
        if (durable) await new Promise((resolve) => setTimeout(resolve, 1100));
      }),
    read: () => using(operator, async (client) => (await client.get(KEY)) ?? "nothing"),
  };
}
