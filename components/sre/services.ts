import type { Workload } from "../../model/service";
import { alertmanager } from "./alertmanager";
import { blackboxExporter } from "./blackbox";
import { engineExporter, engineProxy } from "./engine";
import {
  natsExporter,
  nodeExporter,
  opensearchExporter,
  postgresExporter,
  valkeyExporter,
} from "./exporters";
import { grafanaService } from "./grafana";
import { logShipper } from "./logs";
import { prometheus } from "./prometheus";
import { statusApi, statusDatabase, statusWeb } from "./status";

/** Shows what Prometheus knows; Alertmanager's silences too. */
export const grafana = grafanaService(prometheus, alertmanager);

/** What watches the platform. */
export const sreWorkloads: readonly Workload[] = [
  prometheus,
  alertmanager,
  grafana,
  statusDatabase,
  statusApi,
  statusWeb,
  blackboxExporter,
  engineProxy,
  engineExporter,
  nodeExporter,
  natsExporter,
  valkeyExporter,
  postgresExporter,
  opensearchExporter,
  logShipper,
];
