/** What can be read, or this: of the kernel's files some are not there, some go while one looks. */
export function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
