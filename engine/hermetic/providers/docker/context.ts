import type Docker from "dockerode";

export interface RegistryAuth {
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
}

/** A configured Docker provider: a client and what it needs to pull. */
export interface DockerContext {
  readonly docker: Docker;
  /** API version of the daemon, e.g. 1.41. */
  readonly apiVersion: string;
  readonly registryAuth: readonly RegistryAuth[];
}

/** True when the daemon's API is at least so new. */
export function atLeast(context: DockerContext, version: string): boolean {
  const [major = 0, minor = 0] = context.apiVersion.split(".").map(Number);
  const [wantMajor = 0, wantMinor = 0] = version.split(".").map(Number);
  return major > wantMajor || (major === wantMajor && minor >= wantMinor);
}

/** What the daemon said, in the words of the official client ("Error response from daemon: …"). */
export function daemonMessage(error: unknown): string {
  const { json, message } = error as { readonly json?: unknown; readonly message?: string };
  const said =
    typeof json === "object" && json !== null ? (json as { readonly message?: unknown }).message : undefined;
  if (typeof said === "string") return `Error response from daemon: ${said}`;
  // dockerode's own wording: "(HTTP code 500) server error - …".
  const plain = /^\(HTTP code \d+\) [^-]* - ([\s\S]*)$/.exec(message ?? "")?.[1];
  return plain === undefined ? (message ?? String(error)) : `Error response from daemon: ${plain.trim()}`;
}

export const isNotFound = (error: unknown): boolean =>
  (error as { readonly statusCode?: number }).statusCode === 404;
/** HTTP 304: already stopped or started. */
export const isUnchanged = (error: unknown): boolean =>
  (error as { readonly statusCode?: number }).statusCode === 304;
