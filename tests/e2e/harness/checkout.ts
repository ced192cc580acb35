import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../../stacks/inputs";

/** What the command has brought to this checkout, and needs in another one of the same content too. */
const BROUGHT = ["node_modules", ".trade2026/cache", ".trade2026/node", ".trade2026/engine"] as const;
/** Bundles that are made already; those of changed sources are made anew. */
const BUNDLES = ".trade2026/bundles";

/** A copy of the checkout for somebody to change: `trade2026(…, { root })` runs the command of it, on the same state. */
export class Checkout {
  readonly root = join(ROOT, ".trade2026/e2e-checkout");

  /** Every file that git knows, or would add. */
  constructor() {
    this.remove();
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const copied = [...files.split("\0").filter((path) => path !== ""), BUNDLES];
    for (const path of copied.filter((one) => existsSync(join(ROOT, one))))
      cpSync(join(ROOT, path), join(this.root, path), { recursive: true });
    for (const path of BROUGHT) {
      if (!existsSync(join(ROOT, path))) continue;
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      symlinkSync(join(ROOT, path), join(this.root, path), "junction");
    }
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** @throws when the file has no such text any more */
  replace(path: string, old: string, text: string): void {
    const before = readFileSync(join(this.root, path), "utf8");
    if (!before.includes(old)) throw new Error(`${path} has no ${JSON.stringify(old)} any more`);
    this.write(
      path,
      before.replace(old, () => text),
    );
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
