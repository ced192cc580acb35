// What k6 runs: one of the platform's load tests, as a file beside it says. Bundled by `./trade2026 load`.
import exec from "k6/execution";
import { SUMMARY_MARK } from "../../model/load/protocol";
import { checkRoutes, findReads, type Read } from "./checks";
import { openMarket, sendMixed, type Market } from "./mixed";
import { assertPaper } from "./paper";
import { run } from "./run";
import { firstToken, type Token } from "./tokens";

export const options = run.options;

interface Shared {
  readonly token: Token;
  readonly market: Market;
  readonly reads: readonly Read[];
}

/** Once, before the first client: whoever runs this script, it goes no further where money would move. */
export function setup(): Shared {
  const token = firstToken();
  assertPaper(token.text, run.sends === "mix");
  return {
    token,
    market: run.sends === "mix" ? openMarket(token.text) : { traded: [] },
    reads: run.sends === "checks" ? findReads(token.text) : [],
  };
}

export default function send({ token, market, reads }: Shared): void {
  if (run.sends === "mix") sendMixed(token, market, exec.scenario.iterationInTest);
  else checkRoutes(token, reads);
}

/** In one line, for the command that reads it. */
export function handleSummary(summary: unknown): Readonly<Record<string, string>> {
  return { stdout: `\n${SUMMARY_MARK}${JSON.stringify(summary)}\n` };
}
