import { z } from "zod";
import {
  authenticate,
  authFields,
  jwtVerifier,
  milliseconds,
  secret,
  text,
  url,
  wholeNumber,
  type ServiceContext,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { Database, databaseSettings, postgresFields } from "../../kit/postgres";
import { addAlertRoutes } from "./alert-routes";
import { Callers } from "./callers";
import { componentList } from "./components";
import { addIncidentRoutes } from "./incident-routes";
import { addMaintenanceRoutes } from "./maintenance-routes";
import { statusMetrics } from "./metrics";
import { migrations } from "./migrations";
import { statusPageOf } from "./page";
import { addPageRoutes } from "./page-routes";
import { prometheusMeasure } from "./prometheus";
import { StatusRecord } from "./record";
import { Sampler } from "./sampler";

const PORT = 8431;

export const fields = {
  ...authFields,
  ...postgresFields,
  COMPONENTS_FILE: text().default("/etc/trade2026/components.json"),
  /** Where states are measured. */
  PROMETHEUS_URL: url("http", "https"),
  PROMETHEUS_USERNAME: text(),
  PROMETHEUS_PASSWORD: secret(),
  /** JSON list of {id, sha256, role?, alerts?}: credentials of this service's own. */
  CALLERS: secret(),
  /** Whether reading needs no token. */
  STATUS_PAGE: z.enum(["public", "private"], { error: "wants public or private" }).default("private"),
  SAMPLE_MS: milliseconds(15_000),
  DAYS_SHOWN: wholeNumber(1, 366).default(90),
  DAYS_KEPT: wholeNumber(90, 3660).default(400),
};

type Context = ServiceContext<typeof fields>;

/** How the platform is, was and will be: states, uptime, incidents, maintenance. */
export function statusApi(options: { readonly verify?: Verify } = {}): ServiceDefinition<typeof fields> {
  return {
    name: "status-api",
    version: "0.1.0",
    description: "How the platform is: the state of its components, their uptime, incidents and maintenance.",
    port: PORT,
    config: fields,
    setup: async (context) => {
      const { config, http, metrics, onStop } = context;
      const list = componentList(config.COMPONENTS_FILE, context.log);
      const callers = new Callers(config.CALLERS.reveal());
      const { database, ready } = openDatabase(context);
      const { log } = context;
      const { DAYS_SHOWN: daysShown, DAYS_KEPT: daysKept } = config;
      const record = new StatusRecord({ database, log, daysShown, daysKept });
      const components = () => list.value;
      const sampler = new Sampler({
        measure: prometheusMeasure({
          url: config.PROMETHEUS_URL,
          username: config.PROMETHEUS_USERNAME,
          password: config.PROMETHEUS_PASSWORD,
        }),
        components,
        record,
        storeReady: ready,
        everyMs: config.SAMPLE_MS,
        log,
      });
      watch(context, list, sampler);
      const page = () => {
        const { now: recorded, recordedAt } = record;
        const now = Date.now();
        return statusPageOf({
          components: components(),
          current: sampler.current,
          recorded,
          recordedAt,
          daysShown,
          now,
        });
      };
      const readers = config.STATUS_PAGE === "public" ? "public" : "viewer";
      const parts = {
        record,
        callers,
        components,
        page,
        readers,
        metrics: statusMetrics(metrics, page),
      } as const;
      authenticate(http, callers.verifier(options.verify ?? jwtVerifier(config.AUTHN_URL)));
      addPageRoutes(http, parts);
      addIncidentRoutes(http, parts);
      addMaintenanceRoutes(http, parts);
      addAlertRoutes(http, parts);
      await list.start();
      sampler.start();
      onStop(async () => {
        list.stop();
        await sampler.stop();
      });
    },
  };
}

/** The page answers without its store; what is now needs none. */
function openDatabase({ config, log, onStop }: Context) {
  const stopping = new AbortController();
  const database = new Database({
    settings: databaseSettings(config),
    of: "the status page",
    migrations,
    lock: PORT,
    onError: (error) => log.warn({ reason: error.message }, "postgres: connection lost"),
  });
  const ready = database.migrateWhenReachable(log, stopping.signal);
  onStop(async () => {
    stopping.abort();
    await ready.catch(() => undefined);
    await database.close();
  });
  return { database, ready };
}

function watch({ health }: Context, list: ReturnType<typeof componentList>, sampler: Sampler): void {
  // each of them missing is something to see on the page, not a reason to have none
  health.addReadiness({ name: "components", required: false, check: () => list.assertGood() });
  health.addReadiness({ name: "prometheus", required: false, check: () => sampler.assertMeasured() });
  health.addReadiness({ name: "postgres", required: false, check: () => sampler.assertStored() });
}
