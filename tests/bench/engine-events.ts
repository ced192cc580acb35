import type Docker from "dockerode";
import { OURS } from "./places";
import type { EngineEvent } from "./timeline";

interface Message {
  readonly Type: string;
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

const CONTAINER: Readonly<Record<string, EngineEvent["what"]>> = {
  create: "created",
  start: "started",
  "health_status: healthy": "healthy",
  die: "ended",
};

/** What the engine does with things of ours from now on. Call the result for what has come, and to end it. */
export async function followEngine(docker: Docker): Promise<() => Promise<readonly EngineEvent[]>> {
  const filters = JSON.stringify({ type: ["container", "network", "volume"] });
  const stream = (await docker.getEvents({ filters })) as NodeJS.ReadableStream & { destroy(): void };
  const seen: EngineEvent[] = [];
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = line.trim() === "" ? undefined : read(JSON.parse(line) as Message);
      if (event !== undefined) seen.push(event);
    }
  });
  stream.on("error", () => undefined);
  return async () => {
    // The last ones are still on their way.
    await new Promise((resolve) => setTimeout(resolve, 200));
    stream.destroy();
    return seen;
  };
}

function read({ Type, Action, timeNano, Actor }: Message): EngineEvent | undefined {
  const name = Actor.Attributes?.["name"] ?? Actor.ID;
  const what = Type === "container" ? CONTAINER[Action] : Action === "create" ? "made" : undefined;
  return what === undefined || !OURS.test(name) ? undefined : { at: timeNano / 1e6, what, name };
}
