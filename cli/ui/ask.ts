import { createInterface } from "node:readline/promises";

/** Asks on a terminal; without one the answer is no. */
export async function confirm(question: string): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `);
  return answer !== undefined && /^y(es)?$/i.test(answer.trim());
}

/** @returns what was typed; undefined where there is no terminal to ask on */
export async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(question);
  } finally {
    reader.close();
  }
}
