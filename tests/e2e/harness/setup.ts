import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { engine, removeLabelled } from "../../harness/docker";
import { BORROWED, HOME, LABEL, NOTES, PREFIX, TEST_LABEL, WEBHOOK_FILE, WEBHOOK_URL } from "./platform";
import { say } from "./progress";

/** Before all chapters: nothing of an earlier, killed run. `E2E_KEEP=1` goes on with the platform of the last one. */
export default async function setup(): Promise<void> {
  if (BORROWED || process.env["E2E_KEEP"] === "1") return;
  const removed = await clean();
  if (removed.length > 0) say(`removed ${removed.length} leftovers of an earlier run`);
  mkdirSync(HOME, { recursive: true });
  writeFileSync(WEBHOOK_FILE, WEBHOOK_URL);
}

/** Everything that a run makes: containers, volumes, networks, images of its own, state, notes. */
export async function clean(): Promise<readonly string[]> {
  const docker = await engine();
  const removed = [...(await removeLabelled(docker, TEST_LABEL)), ...(await removeLabelled(docker, LABEL))];
  // By tag: another image may stand on one of them, and then only the name goes.
  for (const { RepoTags } of await docker.listImages({ filters: { reference: [`${PREFIX}/*`] } })) {
    for (const tag of RepoTags ?? []) {
      if (!tag.startsWith(`${PREFIX}/`)) continue;
      await docker.getImage(tag).remove({ force: true });
      removed.push(tag);
    }
  }
  for (const folder of [HOME, NOTES]) rmSync(folder, { recursive: true, force: true });
  return removed;
}
