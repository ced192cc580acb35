import { secret, text, url, type ConfigOf } from "../../kit/config";
import { Upstream } from "./upstream";

/** What both who ships and who searches want to know. */
export const storeFields = {
  OPENSEARCH_URL: url("http", "https"),
  OPENSEARCH_USERNAME: text(),
  OPENSEARCH_PASSWORD: secret(),
};

export function openSearch(config: ConfigOf<typeof storeFields>): Upstream {
  return new Upstream({
    name: "OpenSearch",
    url: config.OPENSEARCH_URL,
    username: config.OPENSEARCH_USERNAME,
    password: config.OPENSEARCH_PASSWORD,
    timeoutMs: 30_000,
  });
}
