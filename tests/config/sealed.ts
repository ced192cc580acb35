import { createHash } from "node:crypto";

/** What a gateway reads again when it changes. */
export const DYNAMIC = "/etc/traefik/dynamic/dynamic.yml";

/** With its last line true again after a change. */
export function sealed(content: string): string {
  const body = content.replace(/# sha256 [0-9a-f]{64}\n$/, "");
  return `${body}# sha256 ${createHash("sha256").update(body).digest("hex")}\n`;
}
