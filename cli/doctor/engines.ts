import { join } from "node:path";
import type { Availability } from "../../engine";
import type { Context } from "../context";
import { load } from "../load";
import type { Check } from "./check";
import type * as engineModule from "../../engine";

/** Which Pulumi engine there is, with its plugins, and what the other one lacks. */
export async function engineChecks({ root }: Context): Promise<readonly Check[]> {
  const survey = await load<typeof engineModule>("../engine").detectEngines({
    root,
    home: join(root, ".trade2026"),
  });
  const either = survey.official.available || survey.hermetic.available;
  return [engineCheck("official", survey.official, either), engineCheck("hermetic", survey.hermetic, either)];
}

function engineCheck(kind: string, engine: Availability, either: boolean): Check {
  const about = `Pulumi, ${kind} engine`;
  if (!engine.available) {
    const [first = "not available", ...more] = engine.missing;
    const found = ["not available:", first, ...more].join("\n");
    // One is enough.
    return { about, state: either ? "ok" : "problem", found: either ? `not needed; ${found}` : found };
  }
  const plugins = engine.plugins.map(({ name, version, from }) => `${name} ${version} (${from})`).join(", ");
  return {
    about,
    state: "ok",
    found: `${engine.ready ? "ready" : "to be made at the next up"}: ${engine.detail}; CLI ${engine.cli.version}, plugins ${plugins}`,
  };
}
