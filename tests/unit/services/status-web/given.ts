import type {
  ComponentHistory,
  Incident,
  StatusDay,
  StatusPage,
} from "../../../../services/contracts/status";

export const NOW = Date.parse("2026-03-10T12:00:00Z");

export const day = (back: number, more: Partial<StatusDay> = {}): StatusDay => ({
  day: new Date(NOW - back * 86_400_000).toISOString().slice(0, 10),
  operational: back === 0 ? 720 : 1440,
  degraded: 0,
  down: 0,
  maintenance: 0,
  unknown: 0,
  ...more,
});

export const component = (more: Partial<ComponentHistory> = {}): ComponentHistory => ({
  name: "oms",
  title: "Orders",
  lane: "lowlatency",
  tier: "P0",
  capability: "trading",
  state: "operational",
  uptime: 1,
  days: [day(1), day(0)],
  ...more,
});

export const incident = (more: Partial<Incident> = {}): Incident => ({
  id: "i1",
  title: "Orders do not answer",
  impact: "down",
  source: "alert",
  components: ["oms"],
  opened_at: "2026-03-10T11:00:00.000Z",
  resolved_at: null,
  timeline: [{ at: "2026-03-10T11:00:00.000Z", status: "investigating", text: "Reported." }],
  ...more,
});

export const page = (more: Partial<StatusPage> = {}): StatusPage => ({
  state: "operational",
  measured_at: "2026-03-10T12:00:00.000Z",
  recorded_at: "2026-03-10T12:00:00.000Z",
  days: 90,
  components: [component()],
  incidents: { open: [], past: [] },
  maintenance: [],
  ...more,
});
