/** Starts child.ts as cli/start.mjs starts the command. */
import { createRequire } from "node:module";
import * as nodeModule from "node:module";
import { join, resolve } from "node:path";
import { loadTypeScript } from "../../../cli/typescript.mjs";

const cache = join(resolve(import.meta.dirname, "../../.."), ".trade2026/cache");
nodeModule.enableCompileCache?.(join(cache, "compiled"));
const require = createRequire(import.meta.url);
loadTypeScript(require, join(cache, "typescript"), false);
require("./child.ts").main(process.argv.slice(2));
