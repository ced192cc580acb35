import type { Plugin } from "../protocol/provider";
import { bytesType, idType } from "./bytes";
import { passwordType } from "./password";

/** The stand-in for the `random` plugin. It has nothing to configure. */
export function randomPlugin(version: string): Plugin<void> {
  return {
    name: "random",
    version,
    types: [passwordType, bytesType, idType],
    checkConfig: (inputs) => ({ inputs, problems: [] }),
    diffConfig: () => ({ changes: [], deleteBeforeReplace: false }),
    configure: () => Promise.resolve(),
  };
}
