/**
 * The data core, the trading core, what watches them and the gateways, written down by hand: what the tests hold the platform against. Nothing here may be
 * taken from model/ or components/.
 */
type Lane = "frontend" | "lowlatency" | "backend";

export interface ExpectedService {
  readonly lanes: readonly Lane[];
  /** Container ports that others on its lanes may reach. */
  readonly ports: readonly number[];
  /** Container ports that only the container itself may reach. */
  readonly loopback: readonly number[];
}

export const SERVICES: ReadonlyMap<string, ExpectedService> = new Map<string, ExpectedService>([
  [
    "gateway",
    { lanes: ["frontend", "lowlatency", "backend"], ports: [8000, 8080, 8083, 8443], loopback: [8082, 8084] },
  ],
  [
    "tools-gateway",
    { lanes: ["frontend", "lowlatency", "backend"], ports: [8083, 8430, 9090, 9093], loopback: [8082, 8084] },
  ],
  ["welcome", { lanes: ["backend"], ports: [8080], loopback: [] }],
  ["nats", { lanes: ["lowlatency"], ports: [4222, 8222], loopback: [] }],
  ["opa", { lanes: ["lowlatency", "backend"], ports: [8181], loopback: [] }],
  ["valkey-state", { lanes: ["backend"], ports: [6379], loopback: [] }],
  ["valkey-cache", { lanes: ["backend"], ports: [6379], loopback: [] }],
  ["postgres", { lanes: ["backend"], ports: [5432], loopback: [] }],
  ["questdb", { lanes: ["backend"], ports: [8812, 9000, 9003], loopback: [] }],
  // 18333 cannot be bound apart from 8333; it asks for a token.
  ["s3", { lanes: ["backend"], ports: [8333, 9327, 18333], loopback: [] }],
  ["opensearch", { lanes: ["backend"], ports: [9200], loopback: [] }],
  ["authn", { lanes: ["lowlatency", "backend"], ports: [8114], loopback: [] }],
  ["market-data-gateway", { lanes: ["lowlatency", "backend"], ports: [8080], loopback: [] }],
  ["normalizer", { lanes: ["lowlatency", "backend"], ports: [8091], loopback: [] }],
  ["hot-cache", { lanes: ["lowlatency", "backend"], ports: [8088], loopback: [] }],
  ["questdb-writer", { lanes: ["lowlatency", "backend"], ports: [8090], loopback: [] }],
  ["risk", { lanes: ["lowlatency", "backend"], ports: [8103], loopback: [] }],
  ["oms", { lanes: ["lowlatency", "backend"], ports: [8099], loopback: [] }],
  ["exeq", { lanes: ["lowlatency", "backend"], ports: [8095], loopback: [] }],
  ["prism", { lanes: ["lowlatency"], ports: [8360], loopback: [] }],
  ["live-gateway", { lanes: ["lowlatency", "backend"], ports: [8108], loopback: [] }],
  ["pnl", { lanes: ["lowlatency", "backend"], ports: [8100], loopback: [] }],
  ["live-updates", { lanes: ["lowlatency", "backend"], ports: [8115], loopback: [] }],
  ["api-docs", { lanes: ["lowlatency", "backend"], ports: [8116], loopback: [] }],
  ["prometheus", { lanes: ["backend", "lowlatency"], ports: [9090], loopback: [] }],
  // frontend: notifications go out
  ["alertmanager", { lanes: ["backend", "frontend"], ports: [9093], loopback: [] }],
  ["status-api", { lanes: ["backend"], ports: [8431], loopback: [] }],
  ["status-web", { lanes: ["backend"], ports: [8430], loopback: [] }],
  ["blackbox-exporter", { lanes: ["backend"], ports: [9115], loopback: [] }],
  ["engine-proxy", { lanes: ["backend"], ports: [2375], loopback: [] }],
  ["engine-exporter", { lanes: ["backend"], ports: [9105], loopback: [] }],
  ["node-exporter", { lanes: ["backend"], ports: [9100], loopback: [] }],
  ["nats-exporter", { lanes: ["lowlatency", "backend"], ports: [7777], loopback: [] }],
  ["valkey-exporter", { lanes: ["backend"], ports: [9121], loopback: [] }],
  ["postgres-exporter", { lanes: ["backend"], ports: [9187], loopback: [] }],
  ["opensearch-exporter", { lanes: ["backend"], ports: [9114], loopback: [] }],
  ["log-shipper", { lanes: ["backend"], ports: [9106], loopback: [] }],
]);

/** Jobs that must have run, whatever else did. */
export const JOBS: readonly string[] = [
  "authn-db",
  "ca",
  "nats-streams",
  "opensearch-templates",
  "platform-db",
  "questdb-tables",
  "s3-buckets",
  "status-db",
];

/** Host ports that the platform takes, all on 127.0.0.1, and who publishes each. */
export const HOST_PORTS: Readonly<Record<number, string>> = {
  29080: "gateway",
  29443: "gateway",
  29081: "gateway",
  28430: "tools-gateway",
  29090: "tools-gateway",
  29093: "tools-gateway",
};
