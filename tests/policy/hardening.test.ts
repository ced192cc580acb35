import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTROLS, hardeningScore, viewOfInputs, type StackScore } from "../../model/hardening";
import type { ContainerPlan, Plan } from "../../model/plan";
import type { Waiver } from "../../model/service";
import { CONTAINER } from "../support/mocks";
import { imageFacts, imageLock, realPlan, recordStack } from "../support/platform";
import { percent, recordOf, stale, table, worse, type Recorded } from "./ratchet";

/** Every stack in every image mode that it can have. The first one is printed in full. */
const STACKS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "platform, images from packages": { images: "packages", exposeData: true },
  "platform, upstream images": { images: "upstream", exposeData: true },
  "gpu, upstream images": { kind: "gpu", prefix: "trade2026-gpu", images: "upstream" },
};

const RECORD = join(__dirname, "hardening-score.json");
const HOW =
  "RECORD_HARDENING=1 npx jest tests/policy/hardening, and commit tests/policy/hardening-score.json";

/**
 * The lock's upstream images have exact tags; their digests need a container registry to be looked up. Until then
 * each container that runs one fails D23, and says why.
 */
const UNRESOLVED: Waiver = {
  control: "D23",
  reason:
    "the digest is not looked up yet; the tag is exact, and `./trade2026 images resolve` pins it where a registry can be reached",
  expires: "2027-05-31",
};

function unresolved({ image, reference }: ContainerPlan): readonly Waiver[] {
  const locked = image.kind === "thirdParty" ? imageLock().programs[image.name]?.upstream : undefined;
  return locked && locked.digest === null && reference?.startsWith(`${locked.image}:`) ? [UNRESOLVED] : [];
}

/** From the inputs of the real program's resources, as the engine would be asked for them. */
async function scoreOf(plan: Plan): Promise<StackScore> {
  const recording = await recordStack(plan, {
    outputs: { "organization/trade2026/dev": { outputs: LANES } },
  });
  const views = new Map(
    recording
      .ofType(CONTAINER)
      .map(({ name, inputs, secretInputs }) => [name, viewOfInputs(inputs, secretInputs)]),
  );
  return hardeningScore(plan, {
    views,
    image: imageFacts,
    today: new Date().toISOString().slice(0, 10),
    waivers: unresolved,
  });
}
const LANES = {
  lanes: Object.fromEntries(
    ["frontend", "lowlatency", "backend"].map((lane) => [lane, { network: `trade2026-${lane}` }]),
  ),
};

const recorded: Recorded = existsSync(RECORD) ? (JSON.parse(readFileSync(RECORD, "utf8")) as Recorded) : {};
const now = new Map<string, StackScore>();

describe.each(Object.entries(STACKS))("%s", (stack, settings) => {
  beforeAll(async () => {
    now.set(stack, await scoreOf(realPlan(settings)));
  });
  const score = (): StackScore => {
    const found = now.get(stack);
    if (!found) throw new Error(`${stack} was not scored`);
    return found;
  };

  it("meets every hard control on every container, or waives it with a reason and a day in the future", () => {
    expect(score().problems).toEqual([]);
  });

  it("does not fall below its record", () => {
    expect(worse(score(), recorded[stack])).toEqual([]);
  });

  it("is recorded as it is", () => {
    if (process.env.RECORD_HARDENING !== undefined) return;
    expect({ stale: stale(score(), recorded[stack]), how: HOW }).toEqual({ stale: [], how: HOW });
  });
});

afterAll(() => {
  const [first] = now;
  if (!first) return;
  const totals = [...now].map(([stack, score]) => `  ${stack}: ${percent(score)}`).join("\n");
  const failing = new Set(
    [...now.values()]
      .flatMap(({ containers }) => containers)
      .flatMap(({ findings }) =>
        findings.filter(({ outcome }) => outcome === "fail").map(({ control }) => control),
      ),
  );
  const legend = CONTROLS.filter(({ id }) => failing.has(id))
    .map(({ id, title }) => `  ${id}: ${title}`)
    .join("\n");
  process.stdout.write(
    `\nHardening (${first[0]}; failed controls, waived ones in brackets)\n${table(first[1])}\n${legend}\n${totals}\n`,
  );
  if (process.env.RECORD_HARDENING === undefined) return;
  if (
    [...now].some(([stack, score]) => worse(score, recorded[stack]).length > 0 || score.problems.length > 0)
  )
    return;
  writeFileSync(
    RECORD,
    `${JSON.stringify(Object.fromEntries([...now].map(([stack, score]) => [stack, recordOf(score)])), null, 2)}\n`,
  );
});
