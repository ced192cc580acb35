import type { Workload } from "../../model/service";
import { nats } from "./nats";
import { opa } from "./opa";
import { postgres, postgresDatabase } from "./postgres";
import { valkeyCache, valkeyState } from "./valkey";

/** The stores, and the jobs that set them up. */
export const dataWorkloads: readonly Workload[] = [
  nats,
  valkeyState,
  valkeyCache,
  postgres,
  postgresDatabase("platform", "Platform database"),
  opa,
];
