/** The table. */

import { behindCases } from "./cases/behind";
import { containerCases } from "./cases/container";
import { errorCases, refusedCases } from "./cases/errors";
import { healthCases } from "./cases/health";
import { hostCases } from "./cases/host";
import { imageCases } from "./cases/images";
import { jobCases } from "./cases/jobs";
import { limitCases } from "./cases/limits";
import { networkCases } from "./cases/network";
import { randomCases } from "./cases/random";
import { storageCases } from "./cases/storage";
import type { Batch, Case } from "./spec";

export const BATCHES: readonly Batch[] = [
  {
    name: "table",
    kind: "table",
    cases: [
      ...containerCases,
      ...limitCases,
      ...healthCases,
      ...jobCases,
      ...networkCases,
      ...storageCases,
      ...imageCases,
      ...randomCases,
      ...hostCases,
    ],
  },
  { name: "recovery", kind: "recovery", cases: [...behindCases, ...errorCases] },
  { name: "refusal", kind: "refusal", cases: refusedCases },
];

export const CASES: readonly Case[] = BATCHES.flatMap((batch) => batch.cases);
