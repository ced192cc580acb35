import { access } from "../../model/service";
import { SHIPPER_PROGRAM } from "../../services/contracts/log-store";
import { kitService } from "../core/kit-service";
import { opensearch } from "../data/opensearch";
import { logTemplates } from "../data/setup";
import { engineProxy } from "./engine";

/**
 * Brings every container's log into OpenSearch, one index a day, and deletes days that are past their time: for that the
 * store asks for `admin`, below which nobody deletes an index. It also answers `./trade2026 logs --search`.
 */
export const logShipper = kitService({
  name: "log-shipper",
  title: "Log shipper",
  capability: "sre",
  port: 9106,
  lanes: ["backend"],
  needs: [access(engineProxy, {}), access(opensearch, { role: "admin" }), logTemplates],
  resources: { memory: "160MiB", cpus: 0.25, precedence: "last" },
  entrypoint: SHIPPER_PROGRAM,
  tier: "P2",
  slo: { availability: 99 },
});
