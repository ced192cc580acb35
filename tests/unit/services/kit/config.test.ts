import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  ConfigError,
  list,
  optionalSecret,
  port,
  readConfig,
  Secret,
  secret,
  text,
  url,
  type ConfigFields,
  type Environment,
} from "../../../../services/kit";

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "t26-config-"))));
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

function problems(fields: ConfigFields, env: Environment): readonly string[] {
  try {
    readConfig(fields, env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
}

test("values, defaults and empty variables", () => {
  const fields = {
    NAME: text(),
    HTTP_PORT: port(8080),
    OTHER_PORT: port(1),
    BUCKETS: list(),
    NONE: text().optional(),
  };
  const config = readConfig(fields, {
    NAME: "oms",
    OTHER_PORT: "99",
    HTTP_PORT: "",
    BUCKETS: " a, b,,",
    UNKNOWN: "x",
  });
  expect(config).toEqual({
    NAME: "oms",
    HTTP_PORT: 8080,
    OTHER_PORT: 99,
    BUCKETS: ["a", "b"],
    NONE: undefined,
  });
});

test("every mistake at once", () => {
  const fields = {
    NAME: text(),
    HTTP_PORT: port(1),
    NATS_URL: url("nats"),
    DB_URL: url("http"),
    KEY: secret(),
  };
  const env = {
    HTTP_PORT: "70000",
    NATS_URL: "http://nats:4222",
    DB_URL: "http://user:pw@db",
    KEY_FILE: "/no/such/file",
  };
  expect(problems(fields, env)).toEqual([
    "NAME is missing",
    'HTTP_PORT="70000": wants a whole number from 0 to 65535',
    'NATS_URL="http://nats:4222": wants an URL that begins with nats://',
    'DB_URL="http://user:pw@db": holds a credential; that comes in a file',
    "KEY_FILE=\"/no/such/file\": ENOENT: no such file or directory, open '/no/such/file'",
  ]);
});

test.each(["x", "-1", "1.5", "1e3", "0x10", " 1", "65536"])("%p is no port", (HTTP_PORT) => {
  expect(problems({ HTTP_PORT: port(1) }, { HTTP_PORT })).toHaveLength(1);
});

test("a secret comes from a file, without the newline at its end", () => {
  const read = (content: string) =>
    readConfig({ KEY: secret() }, { KEY_FILE: file("key", content) }).KEY.reveal();
  expect(read("s3cret")).toBe("s3cret");
  expect(read("s3cret\n")).toBe("s3cret");
  expect(read("s3cret\r\n")).toBe("s3cret");
  expect(read(" s3 cret \n\n")).toBe(" s3 cret \n");
});

test("a secret never comes from the environment itself, and its value is in no message", () => {
  expect(problems({ KEY: secret() }, { KEY: "s3cret" })).toEqual([
    "KEY: a credential comes as a file, set KEY_FILE to its path",
  ]);
  expect(problems({ KEY: secret() }, {})).toEqual(["KEY_FILE is missing"]);
  expect(problems({ KEY: secret() }, { KEY_FILE: file("empty", "\n") })).toEqual([
    "KEY_FILE: the file is empty",
  ]);
  expect(readConfig({ KEY: optionalSecret() }, {}).KEY).toBeUndefined();
  expect(readConfig({ KEY: optionalSecret() }, { KEY_FILE: file("key", "x") }).KEY?.reveal()).toBe("x");
});

test("a secret hides itself from logs, JSON, templates and inspection", () => {
  const key = new Secret("s3cret");
  const shown = [
    String(key),
    `${key}`,
    JSON.stringify({ key }),
    inspect(key),
    inspect({ nested: { key } }),
    Object.keys(key),
  ];
  expect(shown.join(" ")).not.toContain("s3cret");
  expect(JSON.stringify({ key })).toBe('{"key":"[secret]"}');
  expect(key.reveal()).toBe("s3cret");
});
