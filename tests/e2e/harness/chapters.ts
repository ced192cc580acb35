import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { up } from "./command";
import { BORROWED, NOTES } from "./platform";

/**
 * Chapters share one platform. A chapter that begins says so; one that ends well leaves the platform up. What
 * comes after a chapter that failed half-way brings the platform up again, once, and fails at once if it cannot be.
 */
const FILE = join(NOTES, "platform.json");

type PlatformState = "up" | "unknown" | "lost";

export function noteState(state: PlatformState): void {
  mkdirSync(NOTES, { recursive: true });
  writeFileSync(FILE, JSON.stringify(state));
}

/** The platform, up. @throws when an earlier chapter could not bring it up either */
export async function platformUp(): Promise<void> {
  if (BORROWED) return;
  const state = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as PlatformState) : "unknown";
  if (state === "up") return;
  if (state === "lost") throw new Error("The platform did not come up in an earlier chapter; see there.");
  const { code, text } = await up();
  noteState(code === 0 ? "up" : "lost");
  if (code !== 0) throw new Error(`The platform does not come up:\n${text}`);
}
