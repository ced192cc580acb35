import { z } from "zod";
import {
  componentHistory,
  componentState,
  incident,
  statusComponent,
  statusPage,
} from "../../contracts/status";
import { HttpError, type Http } from "../../kit";
import { isOpen } from "./page";
import type { Parts } from "./parts";

const incidentQuery = z.object({ state: z.enum(["open", "resolved", "all"]).default("all") });

/** Reading: the page as a whole, and each part of it. */
export function addPageRoutes(http: Http, parts: Parts): void {
  const config = { role: parts.readers };
  http.get(
    "/",
    {
      config,
      schema: {
        summary: "Everything that the status page shows",
        tags: ["status"],
        response: { 200: statusPage },
      },
    },
    () => parts.page(),
  );
  http.get(
    "/components",
    {
      config,
      schema: {
        summary: "How each component is now",
        tags: ["status"],
        response: { 200: z.object({ state: componentState, components: z.array(statusComponent) }) },
      },
    },
    () => {
      const { state, components } = parts.page();
      return { state, components };
    },
  );
  http.get(
    "/components/:name",
    {
      config,
      schema: {
        summary: "One component, with its days",
        tags: ["status"],
        params: z.object({ name: z.string() }),
        response: { 200: componentHistory },
      },
    },
    ({ params: { name } }) => {
      const found = parts.page().components.find((component) => component.name === name);
      if (!found)
        throw new HttpError(
          404,
          "unknown_component",
          `There is no component ${name}; GET /components lists them.`,
        );
      return found;
    },
  );
  http.get(
    "/incidents",
    {
      config,
      schema: {
        summary: "Incidents: the open ones, and those of the days that are shown; the newest first",
        tags: ["incidents"],
        querystring: incidentQuery,
        response: { 200: z.object({ incidents: z.array(incident) }) },
      },
    },
    ({ query: { state } }) => ({
      incidents: parts.record.now.incidents.filter(
        (each) => state === "all" || isOpen(each) === (state === "open"),
      ),
    }),
  );
}
