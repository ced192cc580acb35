/** Past jest, which shows what a test says only when its file has ended. */
export function say(text: string): void {
  process.stderr.write(`      ${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
