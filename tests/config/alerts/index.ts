import type { Family } from "./case";
import { SERVICE_CASES } from "./services";

export const families: readonly Family[] = [SERVICE_CASES];
