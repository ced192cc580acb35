import { Counter, Gauge, type Registry } from "prom-client";
import { componentState, type StatusPage } from "../../contracts/status";

export interface StatusMetrics {
  readonly alerts: Counter<"outcome">;
}

/** @param page as it is when it is asked for */
export function statusMetrics(registry: Registry, page: () => StatusPage): StatusMetrics {
  new Gauge({
    name: "status_components",
    help: "Components of the status page, by the state that it shows.",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      const { components } = page();
      for (const state of componentState.options)
        this.set({ state }, components.filter((component) => component.state === state).length);
    },
  });
  new Gauge({
    name: "status_incidents_open",
    help: "Incidents that are not resolved.",
    registers: [registry],
    collect() {
      this.set(page().incidents.open.length);
    },
  });
  const alerts = new Counter({
    name: "status_alerts_total",
    help: "Alerts received: those that said something new of an incident, repeated ones, and those of no interest.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  for (const outcome of ["new", "repeated", "ignored"]) alerts.inc({ outcome }, 0);
  return { alerts };
}
