import { parse } from "yaml";
import { renderRules, serviceLabels } from "../../components/sre/rule";
import type { ServiceSpec } from "../../model/service";
import { platformWorkloads } from "../../stacks/catalogue";
import { runbooks } from "../support/runbooks";
import { families } from "./alerts";
import { MEASURED, type Family } from "./alerts/case";
import { promtoolFiles } from "./alerts/render";
import { defaultPlatform } from "./platforms";
import { Sandbox } from "./sandbox";

const CONFIG = "/etc/prometheus";
const platform = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
const RULES = ["recordings.yml", "alerts.yml"];
/** Is so at any moment; it cannot be quiet. */
const ALWAYS = ["Watchdog"];

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert?: string }[];
  }[];
}

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await Sandbox.open("alerts", defaultPlatform())));
afterAll(() => sandbox.close());

const groupsOf = (file: string): RuleFile["groups"] =>
  (parse(sandbox.files("prometheus")[`${CONFIG}/${file}`] ?? "") as RuleFile).groups;
const promtool = async (
  command: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly said: string }> => {
  const { code, stdout, stderr } = await sandbox.run(
    "prometheus",
    { entrypoint: ["/bin/promtool"], command, files, env: { TMPDIR: "/prometheus" } },
    300,
  );
  return { code, said: `${stdout}${stderr}`.trim() };
};
const test = (family: Family) => {
  const files = Object.entries(promtoolFiles(family, platform));
  return promtool(
    ["test", "rules", `${CONFIG}/tests.yml`],
    Object.fromEntries(files.map(([name, text]) => [`${CONFIG}/${name}`, text])),
  );
};

describe("promtool check", () => {
  it("takes the rules, and finds none twice", async () => {
    const { code, said } = await promtool([
      ...["check", "rules", "--lint=all", "--lint-fatal"],
      ...RULES.map((file) => `${CONFIG}/${file}`),
    ]);
    expect({ code, said }).toEqual({
      code: 0,
      said: expect.stringMatching(/SUCCESS: \d{3} rules/) as string,
    });
  });

  it("takes the configuration with everything that it names", async () => {
    // where `t26 follow` puts them
    const followed = Object.fromEntries(
      Object.entries(sandbox.files("prometheus")).flatMap(([path, text]) =>
        path.startsWith(CONFIG) ? [[path, text.replaceAll("/run/prometheus/", `${CONFIG}/`)]] : [],
      ),
    );
    const { code, said } = await promtool(["check", "config", `${CONFIG}/prometheus.yml`], followed);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("SUCCESS") as string });
  });

  it("refuses a query that is none", async () => {
    const path = `${CONFIG}/alerts.yml`;
    const broken = (sandbox.files("prometheus")[path] ?? "").replace("vector(1)", "vector(1");
    expect((await promtool(["check", "rules", path], { [path]: broken })).code).not.toBe(0);
  });
});

it("reads every query of the runbooks", async () => {
  const queries = [...new Set(runbooks().flatMap((page) => page.queries))];
  const rules = queries.map((expr, index) => ({ record: `page:query:${index}`, expr }));
  const path = `${CONFIG}/queries.yml`;
  const { code, said } = await promtool(["check", "rules", path], {
    [path]: renderRules([{ name: "pages", rules }]),
  });
  expect({ code, said }).toEqual({
    code: 0,
    said: expect.stringContaining(`${queries.length} rules`) as string,
  });
});

describe("promtool test", () => {
  it.each(families.map((family) => [family.name, family] as const))("%s", async (_name, family) => {
    const { code, said } = await test(family);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("SUCCESS") as string });
  });

  it("finds an alert that is not as expected", async () => {
    const [family] = families;
    const one = family?.cases.find(({ as }) => as !== undefined);
    if (!family || !one) throw new Error("no case fires");
    const wrong = { ...family, cases: [{ ...one, as: [] }] };
    const { code, said } = await test(wrong);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("FAILED") as string });
  });
});

it("has a case of every alert that fires, and one that stays quiet", () => {
  const alerts = new Set(
    groupsOf("alerts.yml").flatMap(({ rules }) =>
      rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert])),
    ),
  );
  const cases = families.flatMap((family) => family.cases);
  const named = (which: (one: (typeof cases)[number]) => boolean): readonly string[] =>
    cases.filter(which).map(({ alert }) => alert);
  const firing = named(({ firesAt, as = [] }) => firesAt !== undefined && as.length > 0);
  const quiet = named(({ quietAt = [] }) => quietAt.length > 0);
  const missing = (from: readonly string[]): readonly string[] =>
    [...alerts].filter((one) => !from.includes(one));
  expect({ fires: missing(firing), quiet: missing([...quiet, ...ALWAYS]) }).toEqual({ fires: [], quiet: [] });
  expect(cases.filter(({ alert }) => !alerts.has(alert))).toEqual([]);
});

it("gives the measured services the labels that Prometheus gives them", () => {
  const labels = platform.map(serviceLabels);
  for (const measured of MEASURED)
    expect(labels.find(({ service }) => service === measured.service)).toEqual(measured);
});
