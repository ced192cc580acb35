/** The versions that belong together; package.json pins the SDKs to the same ones. */
export const CLI_VERSION = "3.259.0";

/** Plugins of the official engine; the stand-ins report the same. */
export const PLUGIN_VERSIONS = { docker: "5.2.0", random: "4.21.2" } as const;
