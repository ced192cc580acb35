import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHostFacts } from "../../../engine/host-facts";
import { UNKNOWN_HOST } from "../../../model/host";

const INFO = {
  ServerVersion: "27.1.0",
  OperatingSystem: "Another OS",
  Runtimes: { runc: {}, nvidia: {} },
  NCPU: 64,
  MemTotal: 2 ** 38,
};

describe("the facts of a host that the settings name", () => {
  const folder = mkdtempSync(join(tmpdir(), "t26facts-"));
  const socket = join(folder, "docker.sock");
  let there: Server;
  beforeAll(async () => {
    there = createServer((request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(request.url?.startsWith("/info") ? INFO : []));
    });
    await new Promise<void>((resolve) => there.listen(socket, resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => there.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it("are that host's, whatever there is here", async () => {
    expect(await readHostFacts({ prefix: "gpu", dockerHost: `unix://${socket}` })).toMatchObject({
      engineVersion: "27.1.0",
      operatingSystem: "Another OS",
      runtimes: ["runc", "nvidia"],
      cpus: 64,
      memoryMiB: 2 ** 18,
      subnets: [],
      jobs: [],
    });
  });

  it.each([`unix://${folder}/nobody.sock`, "not an address"])(
    "are unknown where nobody answers: %s",
    async (host) => {
      expect(await readHostFacts({ prefix: "gpu", dockerHost: host })).toEqual(UNKNOWN_HOST);
    },
  );
});
