import type { ServiceSpec } from "../../../model/service";
import type { Unplaced } from "./panel";
import {
  hotCachePanels,
  marketDataGatewayPanels,
  normalizerPanels,
  questdbWriterPanels,
  quotePanels,
} from "./market-panels";
import { opaRequests } from "./requests";
import { clickhousePanels, logShipperPanels, opensearchPanels } from "./search";
import {
  alertmanagerPanels,
  gatewayPanels,
  grafanaPanels,
  hostPanels,
  probePanels,
  prometheusPanels,
} from "./sre-panels";
import {
  natsPanels,
  objectStorePanels,
  postgresPanels,
  questdbPanels,
  valkeyPanels,
  type StorePanels,
} from "./stores";
import {
  allOf,
  authnPanels,
  exeqPanels,
  liveGatewayPanels,
  liveUpdatesPanels,
  omsPanels,
  pnlPanels,
  prismPanels,
  riskPanels,
} from "./trading-panels";

/** By the third-party program that a service runs: its name in configs/images.yaml. */
const BY_PROGRAM: Readonly<Record<string, StorePanels>> = {
  nats: natsPanels,
  valkey: valkeyPanels,
  postgres: postgresPanels,
  questdb: questdbPanels,
  clickhouse: clickhousePanels,
  seaweedfs: objectStorePanels,
  opensearch: opensearchPanels,
  opa: opaRequests,
  traefik: gatewayPanels,
  prometheus: prometheusPanels,
  alertmanager: alertmanagerPanels,
  grafana: grafanaPanels,
  "node-exporter": hostPanels,
  "blackbox-exporter": probePanels,
};

/** By the service itself, for what only it measures. */
const BY_SERVICE: Readonly<Record<string, () => readonly Unplaced[]>> = {
  oms: () => allOf(omsPanels),
  risk: () => allOf(riskPanels),
  exeq: () => allOf(exeqPanels),
  "live-gateway": () => allOf(liveGatewayPanels),
  prism: () => [...allOf(prismPanels), ...allOf(quotePanels)],
  pnl: () => allOf(pnlPanels),
  "live-updates": () => allOf(liveUpdatesPanels),
  authn: () => allOf(authnPanels),
  "market-data-gateway": () => allOf(marketDataGatewayPanels),
  normalizer: () => allOf(normalizerPanels),
  "hot-cache": () => allOf(hotCachePanels),
  "questdb-writer": () => allOf(questdbWriterPanels),
  "log-shipper": logShipperPanels,
};

/** What a service measures beyond what all of its kind do; nothing for most. */
export function ownPanels({ name, image, metrics }: ServiceSpec): readonly Unplaced[] {
  if (metrics.kind === "none") return [];
  const own = image.kind === "inHouse" ? BY_SERVICE[name] : BY_PROGRAM[image.name];
  return own?.(name) ?? [];
}

/** Whether it stands on services/kit, whose metrics it then has. */
export function isKitService({ image, metrics }: ServiceSpec): boolean {
  return image.kind === "inHouse" && metrics.kind === "endpoint";
}
