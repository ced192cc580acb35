import { UNKNOWN_HOST } from "../../model/host";
import { canonicalJson } from "../../model/canonical";
import { loadPlan } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { Output } from "../ui/output";
import { routeLines } from "../up/summary";

/** Where everything answers. Needs no engine. @returns exit code */
export function urls(context: Context, options: { readonly json: boolean }, out = new Output()): number {
  const { settings } = readStackConfig(context);
  const plan = loadPlan(settings, UNKNOWN_HOST);
  if (options.json) {
    out.line(canonicalJson(plan.routes, 2));
    return 0;
  }
  routeLines(plan)
    .slice(1)
    .forEach((line) => out.line(line));
  out.line(
    "\nThe certificate is signed by the platform's own authority: `./trade2026 ca export --out trade2026-ca.crt` gives it.",
  );
  return 0;
}
