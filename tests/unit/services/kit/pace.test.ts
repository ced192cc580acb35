import { setTimeout as wait } from "node:timers/promises";
import { Pace } from "../../../../services/kit";

const took = async (work: Promise<void>): Promise<number> => {
  const began = performance.now();
  await work;
  return performance.now() - began;
};

test("what comes alone waits for nothing, what comes soon after it for its turn", async () => {
  const pace = new Pace(200);
  expect(await took(pace.turn())).toBeLessThan(100);
  expect(await took(pace.turn())).toBeGreaterThan(150);
});

test("a pause that is over is not waited for again", async () => {
  const pace = new Pace(100);
  await pace.turn();
  await wait(150);
  expect(await took(pace.turn())).toBeLessThan(60);
});

test("without a pause every turn comes at once", async () => {
  const pace = new Pace(0);
  for (let turn = 0; turn < 3; turn++) expect(await took(pace.turn())).toBeLessThan(50);
});
