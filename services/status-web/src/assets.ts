import { createHash } from "node:crypto";
import { scriptText } from "./script";
import { styleText } from "./style";

/** A file of the page. Its hash is in its address, so that browsers may keep it for ever. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly content: string;
  readonly version: string;
}

export const stylesheet = assetOf("/assets/style.css", "text/css; charset=utf-8", styleText);
export const script = assetOf("/assets/script.js", "text/javascript; charset=utf-8", scriptText);

export const asset = ({ path, version }: Asset): string => `${path}?v=${version}`;

function assetOf(path: string, type: string, content: string): Asset {
  return { path, type, content, version: createHash("sha256").update(content).digest("hex").slice(0, 12) };
}
