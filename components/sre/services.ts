import type { Workload } from "../../model/service";
import { alertmanager } from "./alertmanager";
import { blackboxExporter } from "./blackbox";
import {
  natsExporter,
  nodeExporter,
  opensearchExporter,
  postgresExporter,
  valkeyExporter,
} from "./exporters";
import { prometheus } from "./prometheus";

/** What watches the platform. */
export const sreWorkloads: readonly Workload[] = [
  prometheus,
  alertmanager,
  blackboxExporter,
  nodeExporter,
  natsExporter,
  valkeyExporter,
  postgresExporter,
  opensearchExporter,
];
