import { z } from "zod";
import { incident, incidentImpact, incidentStatus, type Incident } from "../../contracts/status";
import { callerOf, HttpError, refusals, type Http } from "../../kit";
import { assertComponents, type Parts } from "./parts";

const id = z.string().min(1).max(100);
const title = z.string().trim().min(1).max(160);
const text = z.string().trim().min(1).max(4000);
const components = z
  .array(z.string())
  .max(200)
  .transform((names) => [...new Set(names)]);

const newIncident = z.strictObject({
  title,
  text,
  impact: incidentImpact.default("degraded").describe("What it does to its components"),
  components: components.default([]).describe("Names of components; none: the platform as a whole"),
  status: incidentStatus.exclude(["resolved"]).default("investigating"),
});
const update = z.strictObject({
  status: incidentStatus.describe("resolved closes it"),
  text,
  impact: incidentImpact.optional(),
  components: components.optional(),
});

/** Opening, telling and closing incidents. */
export function addIncidentRoutes(http: Http, parts: Parts): void {
  const { record } = parts;
  http.get(
    "/incidents/:id",
    {
      config: { role: parts.readers },
      schema: {
        summary: "One incident with its timeline",
        tags: ["incidents"],
        params: z.object({ id }),
        response: { 200: incident },
      },
    },
    ({ params }) => oneOf(record.now.incidents, params.id),
  );
  http.post(
    "/incidents",
    {
      config: { role: "admin" },
      schema: {
        summary: "Opens an incident",
        tags: ["incidents"],
        body: newIncident,
        response: { 201: incident },
      },
    },
    async (request, reply) => {
      assertComponents(request.body.components, parts);
      const made = await record.incidents.create(request.body, callerOf(request).subject);
      await record.read();
      return reply.code(201).send(oneOf(record.now.incidents, made));
    },
  );
  http.post(
    "/incidents/:id/updates",
    {
      config: { role: "admin" },
      schema: {
        summary: "Writes into an incident's timeline; status resolved closes it",
        tags: ["incidents"],
        params: z.object({ id }),
        body: update,
        response: { 200: incident, ...refusals(409) },
      },
    },
    async (request) => {
      assertComponents(request.body.components ?? [], parts);
      await record.incidents.update(request.params.id, request.body, callerOf(request).subject);
      await record.read();
      return oneOf(record.now.incidents, request.params.id);
    },
  );
}

function oneOf(incidents: readonly Incident[], wanted: string): Incident {
  const found = incidents.find((each) => each.id === wanted);
  if (!found)
    throw new HttpError(
      404,
      "unknown_incident",
      `There is no incident ${wanted}; GET /incidents lists them.`,
    );
  return found;
}
