import { z } from "zod";

/**
 * What the status page shows, from who knows it (status-api) to who draws it (status-web) and to any other client.
 * Times are ISO 8601 in UTC.
 */

/** `unknown`: nobody can say at the moment; never shown as operational. */
export const componentState = z.enum(["operational", "degraded", "down", "maintenance", "unknown"]);
export type ComponentState = z.infer<typeof componentState>;

/** What an incident does to the components that it names. */
export const incidentImpact = z.enum(["degraded", "down"]);
export type IncidentImpact = z.infer<typeof incidentImpact>;

export const incidentStatus = z.enum(["investigating", "identified", "monitoring", "resolved"]);
export type IncidentStatus = z.infer<typeof incidentStatus>;

const time = z.iso.datetime({ offset: true });
const minutes = z.int().min(0);

/** Minutes of one day (UTC) by state. What is missing to a whole day was not recorded. */
export const statusDay = z.object({
  day: z.iso.date(),
  operational: minutes,
  degraded: minutes,
  down: minutes,
  maintenance: minutes,
  unknown: minutes,
});
export type StatusDay = z.infer<typeof statusDay>;

export const statusComponent = z.object({
  name: z.string(),
  title: z.string(),
  lane: z.string(),
  tier: z.string(),
  capability: z.string(),
  state: componentState,
});
export type StatusComponent = z.infer<typeof statusComponent>;

export const componentHistory = statusComponent.extend({
  /** Minutes that it served, over the minutes that it was measured outside maintenance; null: none were. */
  uptime: z.number().min(0).max(1).nullable(),
  /** Days with records, oldest first. */
  days: z.array(statusDay),
});
export type ComponentHistory = z.infer<typeof componentHistory>;

export const timelineEntry = z.object({ at: time, status: incidentStatus, text: z.string() });
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const incident = z.object({
  id: z.string(),
  title: z.string(),
  impact: incidentImpact,
  source: z.enum(["operator", "alert"]),
  /** Names of components. */
  components: z.array(z.string()),
  opened_at: time,
  resolved_at: time.nullable(),
  /** Oldest first. */
  timeline: z.array(timelineEntry),
});
export type Incident = z.infer<typeof incident>;

export const maintenance = z.object({
  id: z.string(),
  title: z.string(),
  text: z.string(),
  components: z.array(z.string()),
  from: time,
  to: time,
  cancelled_at: time.nullable(),
});
export type Maintenance = z.infer<typeof maintenance>;

export const statusPage = z.object({
  /** The platform as a whole. */
  state: componentState,
  /** When the components were measured last; null: not yet, or the measurements cannot be read. */
  measured_at: time.nullable(),
  /** Until when days, incidents and maintenance are known; null: not yet. */
  recorded_at: time.nullable(),
  /** How many days back uptime and days go. */
  days: z.int(),
  components: z.array(componentHistory),
  incidents: z.object({ open: z.array(incident), past: z.array(incident) }),
  /** Running and coming. */
  maintenance: z.array(maintenance),
});
export type StatusPage = z.infer<typeof statusPage>;
