import type { Checkout } from "./checkout";

/** A service that no checkout has. */
export const NEW = { name: "bulletin", title: "Bulletin", path: "/api/bulletin" } as const;

/** The one file that says what a capability consists of. */
const DECLARED_IN = "components/trading/services.ts";

const SPEC = `import { tradingService } from "./api";

const bulletin = tradingService({
  name: "${NEW.name}",
  title: "${NEW.title}",
  port: 8117,
  lanes: ["backend"],
  route: { path: "${NEW.path}", role: "viewer" },
  needs: [authn],
  resources: { memory: "192MiB", cpus: 0.5, precedence: "last" },
  tier: "P2",
  slo: { availability: 99, latency: { p95: "250ms" } },
});
`;

const PROGRAM = `import { z } from "zod";
import { authenticate, authFields, jwtVerifier, runService } from "../../kit";

runService({
  name: "${NEW.name}",
  version: "0.1.0",
  description: "What everybody is to know today.",
  port: 8117,
  config: authFields,
  setup: ({ config, http }) => {
    authenticate(http, jwtVerifier(config.AUTHN_URL));
    http.get(
      "/today",
      { config: { role: "viewer" }, schema: { response: { 200: z.object({ text: z.string() }) } } },
      () => ({ text: "Nothing new." }),
    );
  },
});
`;

/** Adds it as a person does: its program, and its spec in the list of its capability. Nothing else is touched. */
export function declareBulletin(checkout: Checkout): void {
  checkout.write(`services/${NEW.name}/src/main.ts`, PROGRAM);
  const list = "export const tradingWorkloads: readonly Workload[] = [\n";
  checkout.replace(DECLARED_IN, list, `${SPEC}\n${list}  bulletin,\n`);
}
