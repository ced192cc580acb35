import { LOAD_CLIENT } from "../../../../model/load/client";
import { resolveContent } from "../../../../model/secrets";
import { realPlan } from "../../../support/platform";

interface Client {
  readonly id: string;
  readonly role: string;
  readonly accounts: readonly string[];
}

function clients(tradingMode: string): readonly Client[] {
  const writer = realPlan({ tradingMode }).containers.find(({ name }) => name === "authn-secrets");
  const content = writer?.uploads.find(({ path }) => path.endsWith("clients.json"))?.content;
  if (content === undefined) throw new Error("authn has no list of clients");
  const text =
    typeof content === "string" ? content : resolveContent(content, ({ credential }) => credential);
  return JSON.parse(text) as readonly Client[];
}

test("services that ask for a role get tokens of it", () => {
  expect(clients("paper")).toEqual(
    expect.arrayContaining([
      { id: "exeq", role: "trader", accounts: ["*"], sha256: "authn-exeq" },
      { id: "live-updates", role: "viewer", accounts: ["*"], sha256: "authn-live-updates" },
    ]),
  );
});

test("load tests are let in on paper, to one account, with a secret that the state keeps under the agreed name", () => {
  const { id, role, account, credential } = LOAD_CLIENT;
  expect(clients("paper")).toContainEqual({ id, role, accounts: [account], sha256: credential });
  expect(realPlan().credentials.map((each) => each.id)).toContain(credential);
});

test.each(["shadow", "canary", "live"])("in mode %s nobody is let in as load tests", (mode) => {
  expect(clients(mode).map(({ id }) => id)).not.toContain(LOAD_CLIENT.id);
  expect(realPlan({ tradingMode: mode }).credentials.map(({ id }) => id)).not.toContain(
    LOAD_CLIENT.credential,
  );
});
