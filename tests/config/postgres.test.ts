import type Docker from "dockerode";
import type { Finished } from "../harness/docker";
import { defaultPlatform } from "./platforms";
import { Sandbox } from "./sandbox";

const plan = defaultPlatform();
/** Every database job: its psql runs here beside a throw-away server. */
const jobs = plan.containers
  .filter(({ role, name, image }) => role === "job" && name.endsWith("-db") && image.name === "postgres")
  .map(({ name }) => name);

describe("database jobs", () => {
  let sandbox: Sandbox;
  let server: Docker.Container;
  beforeAll(async () => {
    sandbox = await Sandbox.open("postgres", plan);
    server = await sandbox.start("postgres");
  });
  afterAll(() => sandbox.close());

  const beside = (
    job: string,
    command?: readonly string[],
    files: Readonly<Record<string, string>> = {},
  ): Promise<Finished> => {
    const local = Object.fromEntries(
      Object.entries(sandbox.files(job))
        .filter(([path]) => path.endsWith(".pg_service.conf"))
        .map(([path, text]) => [path, text.replace(/^host=.*$/m, "host=127.0.0.1")]),
    );
    return sandbox.run(job, {
      networkOf: server,
      files: { ...local, ...files },
      ...(command ? { command } : {}),
    });
  };

  it("are part of the platform", () => expect(jobs).toContain("platform-db"));

  it.each(jobs)("%s runs, and runs again without a change", async (job) => {
    for (const time of ["first", "second"]) {
      const { code, stderr } = await beside(job);
      expect({ time, code, errors: stderr.match(/ERROR.*|FATAL.*/g) }).toEqual({
        time,
        code: 0,
        errors: null,
      });
    }
  });

  it.each(jobs)("%s makes a database that belongs to its owner role, closed to others", async (job) => {
    const name = job.replace(/-db$/, "");
    const query = `SELECT pg_get_userbyid(datdba) || ' ' || has_database_privilege('public', oid, 'CONNECT') FROM pg_database WHERE datname = '${name}'`;
    const { stdout } = await beside(job, ["--no-psqlrc", "-tA", `--command=${query}`, "service=postgres"]);
    expect(stdout.trim()).toBe(`${name}_owner false`);
  });

  it("a broken statement fails the job", async () => {
    const { code } = await beside("platform-db", undefined, {
      "/run/secrets/database.sql": "CREATE ROLE;\n",
    });
    expect(code).toBe(3);
  });

  it("a wrong password is refused", async () => {
    const path = "/run/secrets/postgres.pg_service.conf";
    const wrong = (sandbox.files("platform-db")[path] ?? "")
      .replace(/^host=.*$/m, "host=127.0.0.1")
      .replace(/^password=.*$/m, "password=wrong");
    const { code, stderr } = await beside("platform-db", undefined, { [path]: wrong });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("password authentication failed") as string,
    });
  });
});
