import { clickhouse } from "../../../../components/data/clickhouse";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const user = (name: string, profile: string): string => `    <${name}>
      <password_sha256_hex><clickhouse-${name}:sha256></password_sha256_hex>
      <networks><ip>::/0</ip></networks>
      <profile>${profile}</profile>
      <quota>default</quota>
    </${name}>
`;

it("has no default user: each consumer has its own, which a need may make read-only", () => {
  const sinks = service({ name: "sinks", needs: [clickhouse] });
  const reports = service({ name: "reports", needs: [access(clickhouse, { readonly: true })] });
  expect(rendered(wiredAmong(clickhouse, [sinks, reports]), "users.xml")).toBe(`<clickhouse>
  <profiles><default/><readonly><readonly>1</readonly></readonly></profiles>
  <quotas><default/></quotas>
  <users>
${user("operator", "default")}${user("reports", "readonly")}${user("sinks", "default")}  </users>
</clickhouse>
`);
});

it("opens HTTP and metrics, and no other protocol", () => {
  const config = rendered(wiredAmong(clickhouse, []), "config.xml");
  expect([...config.matchAll(/<([a-z_]*port)>(\d+)</g)].map(([, name, port]) => [name, port])).toEqual([
    ["http_port", "8123"],
    ["port", "9363"],
  ]);
  expect(config).toContain("<users_xml><path>/run/secrets/users.xml</path></users_xml>");
});
