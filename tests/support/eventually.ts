/** On a machine that is busy with other things a millisecond may become seconds: only what never happens fails. */
const LIMIT_MS = 30_000;

/** Waits until it has happened. @throws when it has not within half a minute, with what `found` says */
export async function eventually(
  happened: () => boolean | Promise<boolean>,
  found?: () => unknown,
): Promise<void> {
  const late = Date.now() + LIMIT_MS;
  while (!(await happened())) {
    if (Date.now() > late) {
      const seen = found === undefined ? "" : `; found ${JSON.stringify(found())}`;
      throw new Error(`did not happen within ${LIMIT_MS / 1000} s${seen}`);
    }
    await new Promise((wake) => setTimeout(wake, 10));
  }
}
