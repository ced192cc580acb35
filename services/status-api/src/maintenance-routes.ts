import { z } from "zod";
import { maintenance } from "../../contracts/status";
import { callerOf, HttpError, refusals, type Http } from "../../kit";
import { isAhead } from "./page";
import { assertComponents, type Parts } from "./parts";
import { MINUTE_MS } from "./slices";

const time = z.iso.datetime({ offset: true, error: "wants a time such as 2026-03-01T22:00:00Z" });
const newMaintenance = z.strictObject({
  title: z.string().trim().min(1).max(160),
  text: z.string().trim().max(4000).default(""),
  components: z
    .array(z.string())
    .min(1)
    .max(200)
    .transform((names) => [...new Set(names)]),
  from: time.describe("ISO 8601"),
  to: time.describe("ISO 8601, after from"),
});

/** Who says "now" means the moment at which it was written down. */
const TOLERANCE_MS = 5 * MINUTE_MS;
/** Years of four digits: an offset can lead beyond them. */
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** Scheduling and cancelling maintenance. */
export function addMaintenanceRoutes(http: Http, parts: Parts): void {
  const { record } = parts;
  http.get(
    "/maintenance",
    {
      config: { role: parts.readers },
      schema: {
        summary: "Maintenance that is under way or to come",
        tags: ["maintenance"],
        response: { 200: z.object({ maintenance: z.array(maintenance) }) },
      },
    },
    () => ({ maintenance: record.now.maintenance.filter((window) => isAhead(window, Date.now())) }),
  );
  http.post(
    "/maintenance",
    {
      config: { role: "admin" },
      schema: {
        summary: "Schedules maintenance",
        tags: ["maintenance"],
        body: newMaintenance,
        response: { 201: maintenance },
      },
    },
    async (request, reply) => {
      const { from, to, ...rest } = request.body;
      const window = { ...rest, from: Date.parse(from), to: Date.parse(to) };
      assertWindow(window, Date.now());
      assertComponents(window.components, parts);
      const id = await record.maintenance.create(window, callerOf(request).subject);
      await record.read();
      const made = record.now.maintenance.find((each) => each.id === id);
      if (!made) throw new Error(`the maintenance ${id} was stored and is not there`);
      return reply.code(201).send(made);
    },
  );
  http.delete(
    "/maintenance/:id",
    {
      config: { role: "admin" },
      schema: {
        summary: "Cancels maintenance; what is under way ends",
        tags: ["maintenance"],
        params: z.object({ id: z.uuid() }),
        response: { 204: z.null(), ...refusals(409) },
      },
    },
    async (request, reply) => {
      await record.maintenance.cancel(request.params.id);
      await record.read();
      return reply.code(204).send(null);
    },
  );
}

/** What was measured stays: a window covers what comes. @throws {HttpError} 400 */
export function assertWindow(
  { from, to }: { readonly from: number; readonly to: number },
  now: number,
): void {
  if (to <= from)
    throw new HttpError(400, "window_empty", "The maintenance ends before it begins: to lies after from.");
  if (to > LAST)
    throw new HttpError(400, "window_far", "The maintenance ends after the year 9999: to lies before.");
  if (from < now - TOLERANCE_MS)
    throw new HttpError(
      400,
      "window_past",
      "The maintenance begins in the past, where what was measured stays: from is now or later.",
    );
}
