import { ConfigError, text } from "../../../../services/kit";
import { NotReadyError, readStore, untilReady } from "../../../../services/datainit/src/job";

const store = { name: "QUESTDB", scheme: "http", port: 9000 } as const;

test("an address is a URL, or a host and a port", () => {
  const address = (env: Record<string, string>) => readStore(store, {}, env).address;
  expect(address({ QUESTDB_URL: "http://questdb:9000/" })).toBe("http://questdb:9000");
  expect(address({ QUESTDB_URL: "https://questdb" })).toBe("https://questdb");
  expect(address({ QUESTDB_HOST: "questdb" })).toBe("http://questdb:9000");
  expect(address({ QUESTDB_HOST: "questdb", QUESTDB_PORT: "9900" })).toBe("http://questdb:9900");
  expect(address({ QUESTDB_URL: "http://one:1", QUESTDB_HOST: "two", QUESTDB_PORT: "2" })).toBe(
    "http://one:1",
  );
});

test("what is missing and what is wrong is said together", () => {
  const read = (env: Record<string, string>) => () => readStore(store, { QUESTDB_USERNAME: text() }, env);
  expect(read({})).toThrow(
    new ConfigError([
      "QUESTDB_URL is missing (or QUESTDB_HOST and QUESTDB_PORT)",
      "QUESTDB_USERNAME is missing",
    ]),
  );
  expect(read({ QUESTDB_URL: "nats://x", QUESTDB_USERNAME: "u" })).toThrow(
    "wants an URL that begins with http:// or https://",
  );
  expect(read({ QUESTDB_HOST: "x", QUESTDB_PORT: "0", QUESTDB_USERNAME: "u" })).toThrow("from 1 to 65535");
});

test("it tries until the store is there", async () => {
  let tries = 0;
  const value = await untilReady("the store", 5000, async () => {
    if (++tries < 3) {
      throw new NotReadyError("not yet");
    }
    return tries;
  });
  expect(value).toBe(3);
});

test("in the end it gives the last reason", async () => {
  const attempt = untilReady("the store", 350, () =>
    Promise.reject(new NotReadyError("connect ECONNREFUSED")),
  );
  await expect(attempt).rejects.toThrow(
    "the store did not answer within 0.35 s; the last attempt: connect ECONNREFUSED",
  );
});

test("a refusal is final", async () => {
  let tries = 0;
  const attempt = untilReady("the store", 5000, () => {
    tries++;
    return Promise.reject(new Error("wrong password"));
  });
  await expect(attempt).rejects.toThrow("wrong password");
  expect(tries).toBe(1);
});
