/** Whether the Docker engine answered with this HTTP status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === status;
}

/** Whether the engine has this image, volume or container. @throws what is no answer to that */
export async function exists(what: { readonly inspect: () => Promise<unknown> }): Promise<boolean> {
  try {
    await what.inspect();
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}
