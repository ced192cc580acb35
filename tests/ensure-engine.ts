import { chooseEngine, prepareEngine } from "../engine";

/** The hermetic engine, whatever else the machine has: what is proven here must not depend on downloads. */
async function main(): Promise<void> {
  const engine = await prepareEngine(await chooseEngine({ requested: "hermetic" }), console.log);
  console.log(`Pulumi ${engine.cli.version} at ${engine.cli.path}`);
}

void main();
