import type { FetchContext } from "./context";

/** Static, without paths of this machine in it. */
export function buildFlags(ldflags: string | undefined): readonly string[] {
  return ["-trimpath", "-buildvcs=false", ...(ldflags === undefined ? [] : ["-ldflags", ldflags])];
}

export function goEnvironment(
  context: Pick<FetchContext, "arch">,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { CGO_ENABLED: "0", GOOS: "linux", GOARCH: context.arch, GOWORK: "off", ...own };
}
