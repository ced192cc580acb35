import { z } from "zod";
import type { Log } from "../../kit/log";
import { WatchedFile } from "../../kit/watched-file";

/** Something that answers behind the gateway. */
const route = z.object({
  title: z.string().min(1),
  url: z.string().min(1),
  description: z.string().default(""),
  kind: z.enum(["ui", "api", "tool"]),
});
export type Route = z.infer<typeof route>;

/** The routes in a file, read again when it changes. */
export function routeList(path: string, log: Log, everyMs?: number): WatchedFile<readonly Route[]> {
  return new WatchedFile<readonly Route[]>({
    path,
    what: "routes",
    parse: parseRoutes,
    initial: [],
    log,
    ...(everyMs === undefined ? {} : { everyMs }),
  });
}

/** @throws {Error} with every problem and where it is */
export function parseRoutes(content: string): readonly Route[] {
  const parsed = z.array(route).safeParse(JSON.parse(content));
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map((issue) => `[${issue.path.join(".")}] ${issue.message}`).join("; "),
    );
  }
  return parsed.data;
}
