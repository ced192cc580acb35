import { access } from "../../model/service";
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
  // a search is a second process in there, so that this one is bounded well below the limit; and no source map is read when
  // something fails, which takes more than all the rest
  entrypoint: ["node", "--max-old-space-size=64", "--max-semi-space-size=2", "/app/main.js"],
  tier: "P2",
  slo: { availability: 99 },
});
