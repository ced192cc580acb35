import { z } from "zod";
import type { Log } from "../../kit";
import { WatchedFile } from "../../kit/watched-file";

/** A service of the platform, as the model's list has it. */
const component = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  lane: z.string().min(1),
  tier: z.enum(["P0", "P1", "P2", "P3"]),
  capability: z.string().min(1),
});
export type Component = z.infer<typeof component>;

/** The list in a file, read again when it changes. */
export function componentList(path: string, log: Log, everyMs?: number): WatchedFile<readonly Component[]> {
  return new WatchedFile<readonly Component[]>({
    path,
    what: "components",
    parse: parseComponents,
    initial: [],
    log,
    ...(everyMs === undefined ? {} : { everyMs }),
  });
}

/** @throws {Error} with every problem and where it is */
export function parseComponents(content: string): readonly Component[] {
  const parsed = z.array(component).safeParse(JSON.parse(content));
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map((issue) => `[${issue.path.join(".")}] ${issue.message}`).join("; "),
    );
  }
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${twice} is there twice; names are unique`);
  return parsed.data;
}
