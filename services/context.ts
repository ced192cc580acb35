import { join } from "node:path";
import type { ResolvedImage } from "../model/images";
import { bundleService } from "./build";

/** A build context that is ready, with paths relative to the checkout so that they are the same on every machine. */
interface BuildContext {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}

const BUNDLES = ".trade2026/bundles";

/** Bundles an in-house service into a folder of its own and says how its image is built. @throws when the runtime base cannot be had */
export function bundler(
  image: (name: string) => ResolvedImage,
  root = join(__dirname, ".."),
): (service: string) => BuildContext {
  return (service) => {
    const base = image("node");
    if ("missing" in base) throw new Error(base.missing);
    const context = `${BUNDLES}/${service}`;
    bundleService(root, service, join(root, context));
    return { context, dockerfile: `${context}/Dockerfile`, args: { BASE: base.reference } };
  };
}
