import { runService } from "../../kit";
import { askControl, readArguments, SOCKET } from "./control";
import { liveGateway } from "./service";

const [, , first, ...rest] = process.argv;
if (first === "control") void controlRunning(rest);
else runService(liveGateway());

/** An operator on the host: speaks to the process that runs, and to nothing else. */
async function controlRunning(args: readonly string[]): Promise<void> {
  try {
    const answer = await askControl(process.env["CONTROL_SOCKET"] ?? SOCKET, readArguments(args));
    console.log(JSON.stringify(answer, undefined, 2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
