import { opensearch } from "../../../../components/data/opensearch";
import { logTemplates } from "../../../../components/data/setup";
import { engineProxy } from "../../../../components/sre/engine";
import { logShipper } from "../../../../components/sre/logs";
import { realPlan } from "../../../support/platform";
import { rendered, wiredAmong } from "../../../support/wired";

const others = [engineProxy, opensearch, logTemplates];

it("has a login of its own at the engine's proxy and at the store, where it may delete indices", () => {
  expect(wiredAmong(logShipper, others).env).toMatchObject({
    ENGINE_PROXY_URL: "http://engine-proxy:2375",
    ENGINE_PROXY_USERNAME: "log-shipper",
    ENGINE_PROXY_PASSWORD_FILE: "/run/secrets/engine-proxy-password",
    OPENSEARCH_URL: "http://opensearch:9200",
    OPENSEARCH_USERNAME: "log-shipper",
    OPENSEARCH_PASSWORD_FILE: "/run/secrets/opensearch-password",
  });
  expect(rendered(wiredAmong(opensearch, [logShipper, engineProxy, logTemplates]), "users")).toContain(
    "log-shipper:admin:<opensearch-log-shipper:sha256>",
  );
});

it("is where OpenSearch is, and is left out with it", () => {
  const names = (images: string): readonly string[] =>
    realPlan({ images })
      .containers.map(({ name }) => name)
      .filter((name) => ["opensearch", "log-shipper"].includes(name));
  expect([names("packages"), names("upstream")]).toEqual([["opensearch", "log-shipper"], []]);
});
