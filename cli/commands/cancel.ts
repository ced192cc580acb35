import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { withStack } from "../session";
import { Output } from "../ui/output";

/** Releases the lock of a deployment whose process is gone for good. @returns exit code */
export async function cancel(context: Context, out = new Output()): Promise<number> {
  const config = readStackConfig(context);
  await withStack(context, config, { say: (line) => out.line(line) }, (deployment) => deployment.cancel());
  out.line(`Stack ${context.stack} is unlocked.`);
  return 0;
}
