import { parse } from "yaml";
import { opensearch } from "../../../../components/data/opensearch";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

it("knows its users by the hash of their password and a role; without one a consumer may only read", () => {
  const logs = service({ name: "logs", needs: [access(opensearch, { role: "write" })] });
  const ui = service({ name: "ui", needs: [opensearch] });
  expect(rendered(wiredAmong(opensearch, [logs, ui]), "users"))
    .toBe(`operator:admin:<opensearch-operator:sha256>
logs:write:<opensearch-logs:sha256>
ui:read:<opensearch-ui:sha256>
`);
});

it("is one node, which talks to itself on loopback and writes where it may", () => {
  expect(parse(rendered(wiredAmong(opensearch, []), "opensearch.yml"))).toEqual({
    "cluster.name": "trade2026",
    "node.name": "opensearch",
    "discovery.type": "single-node",
    "http.host": "0.0.0.0",
    "http.port": 9200,
    "transport.host": "127.0.0.1",
    "path.data": "/usr/share/opensearch/data",
    "path.logs": "/tmp",
    "node.store.allow_mmap": false,
    "action.destructive_requires_name": true,
    "trade2026.access.users": "/usr/share/opensearch/config/users",
  });
});
