import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import Docker from "dockerode";
import { resolveDigests } from "../../images/builder/resolve";

const PORT = 39500;
const IMAGE = `127.0.0.1:${PORT}/trade2026/tiny`;

const LOCK = `# a comment that stays
programs:
  tiny: # and this one
    upstream: { image: "${IMAGE}", tag: v1.0, digest: null } # here too
    recipe: null
    missing: it is only there for this test
    contract: null
  elsewhere:
    upstream: { image: 127.0.0.1:1/nobody, tag: v1, digest: null }
    recipe: null
    missing: nobody listens there
    contract: null
`;

/** Locally the registry may be absent, and then this says that it was skipped; in CI it has to be there. */
const installed = !spawnSync("docker-registry", ["--version"]).error || process.env.CI !== undefined;

(installed ? describe : describe.skip)("images resolve, against a real registry", () => {
  const docker = new Docker();
  let folder: string;
  let registry: ChildProcess;
  let first: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "t26-registry-"));
    registry = await startRegistry(folder);
    first = await push(docker, "first");
  }, 60_000);
  afterAll(async () => {
    const made = await docker.listImages({ all: true, filters: { reference: [IMAGE] } });
    for (const { Id } of made) await docker.getImage(Id).remove({ force: true });
    registry.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const locked = (digest: string): string => LOCK.replace("v1.0, digest: null", `v1.0, digest: ${digest}`);

  it("finds the digest that the registry gave the engine, and changes nothing else in the file", async () => {
    const { text, resolutions } = await resolveDigests(LOCK);
    expect(resolutions[0]).toEqual({
      program: "tiny",
      reference: `${IMAGE}:v1.0`,
      state: "resolved",
      digest: first,
    });
    expect(text).toBe(locked(first));
  });

  it("names what cannot be reached", async () => {
    const { resolutions } = await resolveDigests(LOCK);
    expect(resolutions[1]).toMatchObject({ program: "elsewhere", state: "unreachable" });
    expect(resolutions[1]).toMatchObject({
      reason: expect.stringContaining("127.0.0.1:1 cannot be reached") as string,
    });
  });

  it("names a tag that the registry does not have", async () => {
    const { text, resolutions } = await resolveDigests(LOCK.replace("v1.0", "v9.9"));
    expect(resolutions[0]).toMatchObject({
      state: "unreachable",
      reason: `127.0.0.1:${PORT} has no trade2026/tiny:v9.9`,
    });
    expect(text).toBe(LOCK.replace("v1.0", "v9.9"));
  });

  it("leaves a digest that still holds, reports one that moved, and takes it over when asked", async () => {
    const same = await resolveDigests(locked(first));
    expect(same.resolutions[0]?.state).toBe("unchanged");
    expect(same.text).toBe(locked(first));

    const second = await push(docker, "second");
    expect(second).not.toBe(first);
    const kept = await resolveDigests(locked(first));
    expect(kept.resolutions[0]).toMatchObject({
      state: "moved",
      locked: first,
      digest: second,
      updated: false,
    });
    expect(kept.text).toBe(locked(first));
    expect((await resolveDigests(locked(first), { update: true })).text).toBe(locked(second));
  });
});

async function startRegistry(folder: string): Promise<ChildProcess> {
  const config = join(folder, "config.yml");
  writeFileSync(
    config,
    `version: 0.1\nlog: { level: warn }\nstorage: { filesystem: { rootdirectory: ${folder}/data } }\nhttp: { addr: "127.0.0.1:${PORT}" }\n`,
  );
  const registry = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
  let failure = "it did not answer within 5 s";
  registry.once("error", (error) => (failure = error.message));
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const up = await fetch(`http://127.0.0.1:${PORT}/v2/`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return registry;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  registry.kill();
  throw new Error(`docker-registry (Debian has a package of that name) does not serve: ${failure}`);
}

/** Makes an image of one file and pushes it; returns the digest that the registry gave the engine. */
async function push(docker: Docker, content: string): Promise<string> {
  const made = await docker.importImage(Readable.from([tarOf("hello", content)]) as unknown as string, {
    repo: IMAGE,
    tag: "v1.0",
  });
  await follow(docker, made);
  const messages = await follow(
    docker,
    await docker
      .getImage(`${IMAGE}:v1.0`)
      .push({ authconfig: { username: "", password: "", serveraddress: "" } }),
  );
  const digest = messages.map((message) => message.aux?.Digest).find((value) => value !== undefined);
  if (digest === undefined) throw new Error(`the push told no digest: ${JSON.stringify(messages.at(-1))}`);
  return digest;
}

interface Message {
  readonly error?: string;
  readonly aux?: { readonly Digest?: string };
}

function follow(docker: Docker, stream: NodeJS.ReadableStream): Promise<readonly Message[]> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, messages: Message[]) => {
      const failure = error?.message ?? messages.find((message) => message.error !== undefined)?.error;
      if (failure === undefined) resolve(messages);
      else reject(new Error(failure));
    });
  });
}

/** One file in the smallest tar there is. */
function tarOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0ustar\u000000", 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content.padEnd(512, "\0")), Buffer.alloc(1024)]);
}
