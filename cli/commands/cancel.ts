import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { unlockStack } from "../lock";
import { Output } from "../ui/output";

/** Releases the locks of a command whose process, or machine, is gone for good. @returns exit code */
export function cancel(context: Context, out = new Output()): number {
  readStackConfig(context);
  out.line(`Stack ${context.stack} ${unlockStack(context) ? "is unlocked" : "was not locked"}.`);
  return 0;
}
