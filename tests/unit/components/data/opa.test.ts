import { opa } from "../../../../components/data/opa";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

it("knows its callers by the hash of their token, and what each may ask for", () => {
  const oms = service({ name: "oms", needs: [access(opa, { packages: ["trade2026.trading"] })] });
  const console = service({ name: "console", needs: [opa] });
  expect(JSON.parse(rendered(wiredAmong(opa, [oms, console]), "callers.json"))).toEqual({
    system: {
      callers: {
        "<opa-operator:sha256>": { service: "operator", packages: ["trade2026"] },
        "<opa-console:sha256>": { service: "console", packages: ["trade2026"] },
        "<opa-oms:sha256>": { service: "oms", packages: ["trade2026.trading"] },
      },
    },
  });
});

it("decides with the stack's trading mode, and reads policies again without a restart", () => {
  const { config } = wiredAmong(opa, [], { tradingMode: "shadow" });
  expect(config.map(({ path, onChange }) => [path, onChange])).toEqual([
    ["authz.rego", "reload"],
    ["trading.rego", "reload"],
    ["deployment.json", "reload"],
  ]);
  expect(rendered(wiredAmong(opa, [], { tradingMode: "shadow" }), "deployment.json")).toBe(
    '{"trade2026":{"deployment":{"trading_mode":"shadow"}}}\n',
  );
});

it("answers nobody without a token", () => {
  expect(opa.command).toEqual(expect.arrayContaining(["--authentication=token", "--authorization=basic"]));
  expect(rendered(wiredAmong(opa, []), "authz.rego")).toMatch(/default allow := false/);
});
