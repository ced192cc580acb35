import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import type Docker from "dockerode";
import { logs } from "../../harness/docker";
import { search, type Finding, type Needle } from "./search";

/** Where credentials must not be. Each returns what it found, and throws when it could not look. */

const git = (root: string, ...args: readonly string[]): Promise<{ stdout: Buffer }> =>
  promisify(execFile)("git", args, { cwd: root, encoding: "buffer", maxBuffer: 1024 ** 3 });

/** Every file that git knows, or would add. */
export async function inTree(needles: readonly Needle[], root: string): Promise<readonly Finding[]> {
  const { stdout } = await git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  const files = stdout
    .toString("utf8")
    .split("\0")
    .filter((path) => path !== "");
  return files.flatMap((path) => inFile(needles, join(root, path)));
}

/** Every object that git keeps, reachable or not: commits, trees, blobs. */
export async function inHistory(needles: readonly Needle[], root: string): Promise<readonly Finding[]> {
  const { stdout } = await git(root, "cat-file", "--batch", "--batch-all-objects", "--buffer", "--unordered");
  return search(needles, `git objects of ${root}`, stdout);
}

/** All files below a folder, unpacked where they are packed. */
export function inFolder(
  needles: readonly Needle[],
  folder: string,
  skip: (path: string) => boolean = () => false,
): readonly Finding[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !skip(path))
    .flatMap((path) => inFile(needles, path));
}

function inFile(needles: readonly Needle[], path: string): readonly Finding[] {
  let bytes: Buffer;
  try {
    if (!statSync(path).isFile()) return [];
    bytes = readFileSync(path);
  } catch (error) {
    // Gone since it was listed.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return [
    ...search(needles, path, bytes),
    ...(packed ? search(needles, `${path} (unpacked)`, gunzipSync(bytes)) : []),
  ];
}

/** What the engine tells about containers, their networks and volumes, and the images that they run. */
export async function inInspect(
  needles: readonly Needle[],
  docker: Docker,
  labels: readonly string[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const images = new Set<string>();
  for (const label of labels) {
    const filters = { label: [label] };
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
      const info = await docker.getContainer(Id).inspect();
      images.add(info.Image);
      findings.push(...search(needles, `inspect of container ${info.Name}`, JSON.stringify(info)));
    }
    for (const { Id, Name } of await docker.listNetworks({ filters }))
      findings.push(
        ...search(
          needles,
          `inspect of network ${Name}`,
          JSON.stringify(await docker.getNetwork(Id).inspect()),
        ),
      );
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes)
      findings.push(
        ...search(
          needles,
          `inspect of volume ${Name}`,
          JSON.stringify(await docker.getVolume(Name).inspect()),
        ),
      );
  }
  for (const id of images) {
    const image = docker.getImage(id);
    findings.push(...search(needles, `inspect of image ${id}`, JSON.stringify(await image.inspect())));
    findings.push(...search(needles, `history of image ${id}`, JSON.stringify(await image.history())));
  }
  return findings;
}

/** What the containers have said. */
export async function inLogs(
  needles: readonly Needle[],
  docker: Docker,
  label: string,
): Promise<readonly Finding[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [label] } });
  const found = await Promise.all(
    containers
      .filter(({ State }) => State !== "created")
      .map(async ({ Id, Names }) => {
        const { stdout, stderr } = await logs(docker.getContainer(Id));
        return search(needles, `log of ${Names[0] ?? Id}`, `${stdout}\n${stderr}`);
      }),
  );
  return found.flat();
}
