import { isIPv6 } from "node:net";
import { z } from "zod";
import type { IncidentImpact } from "../../contracts/status";
import { firingId, type Firing } from "./alerts";

const alert = z.object({
  status: z.enum(["firing", "resolved"]),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }).optional(),
  fingerprint: z.string().min(1).max(200),
});

/** Alertmanager's webhook, version 4. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export const alertMessage = z.object({ version: z.literal("4"), alerts: z.array(alert).max(10_000) });
export type AlertMessage = z.output<typeof alertMessage>;

/** Other severities are no matter of the public. */
const IMPACTS: Readonly<Record<string, IncidentImpact>> = { critical: "down", warning: "degraded" };

/** @param titles of the components, by name */
export function firingsOf({ alerts }: AlertMessage, titles: ReadonlyMap<string, string>): readonly Firing[] {
  return alerts.flatMap(
    ({ status, labels, annotations, startsAt, endsAt, fingerprint }): readonly Firing[] => {
      const impact = IMPACTS[labels.severity ?? ""];
      if (impact === undefined) return [];
      const component =
        labels.service !== undefined && titles.has(labels.service) ? labels.service : undefined;
      const start = Date.parse(startsAt);
      const end = endsAt === undefined ? start : Math.max(start, Date.parse(endsAt));
      return [
        {
          id: firingId(fingerprint, start),
          fingerprint,
          startsAt: start,
          ...(status === "resolved" ? { endsAt: end } : {}),
          title:
            publicTitle(annotations.summary) ??
            `Problem with ${titles.get(component ?? "") ?? "the platform"}`,
          impact,
          ...(component === undefined ? {} : { component }),
        },
      ];
    },
  );
}

const TITLE_LENGTH = 160;

/** Addresses, in the order in which they are looked for: with scheme, IPv4, IPv6, host with port. */
const URLS = /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi;
const IPV4 = /\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?::\d{1,5})?\b/g;
const MAYBE_IPV6 = /\[([0-9a-f:]+)\](?::\d{1,5})?|(?<![\w:])([0-9a-f]*:[0-9a-f:]+)(?!\w)/gi;
/** A letter in it, or it is a time of the day. */
const HOST_PORT = /\b(?=[\w.-]*[a-z])[a-z0-9](?:[\w.-]*[a-z0-9])?:\d{2,5}\b/gi;

/** The alert's summary without what is nobody's business outside. @returns undefined when nothing is left of it */
export function publicTitle(summary: string | undefined): string | undefined {
  const text = (summary ?? "")
    .slice(0, 1000)
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .replaceAll(URLS, "…")
    .replaceAll(IPV4, "…")
    .replaceAll(MAYBE_IPV6, (all, inner?: string, bare?: string) => (isIPv6(inner ?? bare ?? "") ? "…" : all))
    .replaceAll(HOST_PORT, "…")
    .trim();
  if (!/[\p{L}\p{N}]/u.test(text)) return undefined;
  return text.length <= TITLE_LENGTH ? text : `${text.slice(0, TITLE_LENGTH - 1)}…`;
}
