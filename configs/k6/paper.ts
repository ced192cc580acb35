import exec from "k6/execution";
import http, { type Answer } from "k6/http";
import { refusalText } from "../../model/load/protocol";
import { run } from "./run";
import { bearer } from "./tokens";

/**
 * Goes on only where the live gateway itself says that it is on paper, and, where orders are sent, that it takes them.
 * What cannot be read is not paper.
 */
export function assertPaper(token: string, active: boolean): void {
  const answer = http.get(`${run.base}/api/live/state`, {
    headers: bearer(token),
    tags: { name: "trading state" },
    responseType: "text",
    timeout: "10s",
  });
  const { mode, state } = stateIn(answer);
  if (mode === undefined)
    exec.test.abort(
      refusalText("unknown", `GET /api/live/state: status ${answer.status} ${answer.error}`.trim()),
    );
  if (mode !== "paper") exec.test.abort(refusalText("mode", String(mode)));
  if (active && state !== "ACTIVE") exec.test.abort(refusalText("halted", String(state)));
}

function stateIn({ status, body }: Answer): { readonly mode?: unknown; readonly state?: unknown } {
  try {
    if (status !== 200 || body === null) return {};
    const said = JSON.parse(body) as {
      readonly mode?: unknown;
      readonly kill_switch?: { readonly state?: unknown };
    };
    return { mode: said.mode, state: said.kill_switch?.state };
  } catch {
    return {};
  }
}
