import { z } from "zod";

/** What every API answers when it does not do what it was asked. */
export const problem = z
  .object({
    error: z.string().describe("For programs: a word that stays"),
    message: z.string().describe("For people"),
    status: z.int(),
    requestId: z.string(),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .readonly()
      .optional()
      .describe("Every problem of the input, with the path to it"),
  })
  .readonly()
  .meta({ id: "Problem", description: "Why it was not done" });
export type ErrorAnswer = z.infer<typeof problem>;

/**
 * Refusals of a route's own, for the `response` of its schema. Those that follow from its role, its parameters and its
 * body are described without being named.
 */
export function refusals<const Status extends number>(
  ...statuses: readonly Status[]
): Readonly<Record<Status, typeof problem>> {
  return Object.fromEntries(statuses.map((status) => [status, problem])) as Record<Status, typeof problem>;
}
