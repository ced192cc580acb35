import { assertSuppliedFiles, Credentials } from "../components/core/credentials";
import { Deployment } from "../components/core/deployment";
import { Images, type ImagesArgs } from "../components/core/images";
import { Toolbox } from "../components/core/toolbox";
import { DataCore } from "../components/data/data-core";
import { TraefikGateway } from "../components/gateway/gateways";
import { Lanes } from "../components/network/lanes";
import { SreStack } from "../components/sre/sre-stack";
import { TradingCore } from "../components/trading/trading-core";
import type { Plan } from "../model/plan";

/** The platform on one workstation. */
export function devStack(plan: Plan, images: ImagesArgs): Record<string, unknown> {
  assertSuppliedFiles(plan);
  const deployment = new Deployment(plan);
  new Images("images", deployment, images);
  new Lanes("lanes", deployment);
  new Credentials("credentials", deployment);
  new Toolbox("toolbox", deployment);
  new DataCore("data", deployment);
  new TradingCore("trading", deployment);
  new SreStack("sre", deployment);
  const gateway = new TraefikGateway("gateways", deployment);

  return {
    urls: gateway.urls,
    lanes: Object.fromEntries(
      plan.lanes.map(({ name, subnet }) => [name, { network: deployment.physicalName(name), subnet }]),
    ),
    prefix: plan.settings.prefix,
    leftOut: plan.leftOut,
  };
}
