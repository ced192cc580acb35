import type { LoadRun } from "../../model/load/run";
import { FILES } from "../../model/load/protocol";

/** What this run is. */
export const run = JSON.parse(open(FILES.run)) as LoadRun;
/** The load client's secret; authn makes tokens of it. */
export const secret = open(FILES.secret).trim();
