import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../stacks/inputs";
import { BORROWED, NOTES } from "./platform";
import { say } from "./progress";
import { clean } from "./setup";

const KEPT = join(ROOT, ".trade2026/test/e2e-output");

/** After all chapters, also failed ones. What the commands printed stays readable. `E2E_KEEP=1` leaves everything. */
export default async function teardown(): Promise<void> {
  if (BORROWED) return;
  rmSync(KEPT, { recursive: true, force: true });
  if (existsSync(NOTES)) cpSync(NOTES, KEPT, { recursive: true });
  if (process.env["E2E_KEEP"] === "1") return say("left as it is (E2E_KEEP)");
  const removed = await clean();
  say(
    removed.length === 0
      ? "nothing left to remove"
      : `removed ${removed.length} containers, networks and volumes`,
  );
}
