import { createRequire } from "node:module";

const require = createRequire(__filename);

/**
 * Loads a module of the checkout when it is first needed: Pulumi's SDK alone takes a second, and `--help` or `urls`
 * should not wait for it. Not `import()`, which would want Node's ESM loader hooks, and those cost as much again.
 * @param path from cli/, without extension
 */
export function load<T>(path: string): T {
  return require(path) as T;
}
