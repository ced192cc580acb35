import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file below configs/ that a container reads as it is. Read once, when its service is declared. */
export function configFile(path: string): string {
  return readFileSync(join(__dirname, "../../configs", path), "utf8");
}
