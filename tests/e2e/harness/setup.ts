import { rmSync } from "node:fs";
import { engine, removeLabelled } from "../../harness/docker";
import { HOME, LABEL, NOTES, PREFIX, TEST_LABEL } from "./platform";
import { say } from "./progress";

/** Before all chapters: nothing of an earlier, killed run. `E2E_KEEP=1` goes on with the platform of the last one. */
export default async function setup(): Promise<void> {
  if (process.env["E2E_KEEP"] === "1") return;
  const removed = await clean();
  if (removed.length > 0) say(`removed ${removed.length} leftovers of an earlier run`);
}

/** Everything that a run makes: containers, volumes, networks, images of its own, state, notes. */
export async function clean(): Promise<readonly string[]> {
  const docker = await engine();
  const removed = [...(await removeLabelled(docker, TEST_LABEL)), ...(await removeLabelled(docker, LABEL))];
  for (const { Id, RepoTags } of await docker.listImages({ filters: { reference: [`${PREFIX}/*`] } })) {
    await docker.getImage(Id).remove({ force: true });
    removed.push(...(RepoTags ?? []));
  }
  for (const folder of [HOME, NOTES]) rmSync(folder, { recursive: true, force: true });
  return removed;
}
