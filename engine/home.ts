import { mkdirSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/** Where everything lies that the command makes at run time: one folder that git ignores. */
export interface Home {
  readonly folder: string;
  /** Built or downloaded parts of engines. */
  readonly engine: string;
  /** Pulumi's state: a backend of plain files. */
  readonly state: string;
  /** Project file and salted copies of the stacks' configuration. */
  readonly config: string;
  readonly passphrase: string;
}

export const DEFAULT_HOME = ".trade2026";

/** @param root the checkout @param home its run-time folder, relative to it or absolute */
export function homeOf(root: string, home: string = DEFAULT_HOME): Home {
  const folder = isAbsolute(home) ? home : resolve(root, home);
  return {
    folder,
    engine: join(folder, "engine"),
    state: join(folder, "state"),
    config: join(folder, "config"),
    passphrase: join(folder, "passphrase"),
  };
}

export function makeFolders(home: Home): void {
  for (const folder of [home.state, home.config]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** PULUMI_HOME of the hermetic engine. */
export const hermeticPulumiHome = (home: Home): string => join(home.folder, "pulumi-home");
/** Facts about one stack that are not Pulumi's. */
export const stackFolder = (home: Home, stack: string): string => join(home.folder, "stacks", stack);
export const configFile = (home: Home, stack: string): string => join(home.config, `Pulumi.${stack}.yaml`);
export const stateFile = (home: Home, project: string, stack: string): string =>
  join(home.state, ".pulumi", "stacks", project, `${stack}.json`);
export const lockFolder = (home: Home, project: string, stack: string): string =>
  join(home.state, ".pulumi", "locks", "organization", project, stack);

/** The backend's address. With `/` on Windows too: `file://C:/…` is what the CLI takes. */
export function backendUrl(home: Home): string {
  return `file://${home.state.replace(/\\/g, "/")}`;
}
