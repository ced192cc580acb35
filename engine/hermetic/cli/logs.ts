import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const NOTE =
  "A file in place of a folder, so that Pulumi's CLI keeps no log here of every run: there is no switch for it, and it\n" +
  "took a third of the CLI's processor time. TRADE2026_TRACES=1 brings the log back.\n";

/**
 * The CLI logs each run in full, compressed and encrypted, a megabyte a time, into the folder `logs` of its home. Where
 * it cannot make that folder it goes on without.
 * @param pulumiHome the hermetic engine's own, never the user's
 */
export function setCliLogs(pulumiHome: string, wanted: boolean): void {
  const path = join(pulumiHome, "logs");
  const isOff = lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  if (isOff === !wanted) return;
  rmSync(path, { recursive: true, force: true });
  if (wanted) return;
  mkdirSync(pulumiHome, { recursive: true, mode: 0o700 });
  writeFileSync(path, NOTE);
}
