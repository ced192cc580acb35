import { validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";

/**
 * A whole number in a query: digits, and nothing else that JavaScript would take for a number, such as "", "0x1f",
 * "1e3" and " 7".
 */
export function queryInteger<Schema extends z.ZodType<number, number>>(schema: Schema) {
  return z.preprocess(
    (given) => (typeof given === "string" && /^-?\d+$/.test(given) ? Number(given) : given),
    schema,
  );
}

const NUL = "\u0000";
type Path = readonly (string | number)[];

/** Where a text has a NUL in it: in its names, too. */
function* nulsIn(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value === "string") {
    if (value.includes(NUL)) yield path;
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key.includes(NUL)) yield path;
    yield* nulsIn(each, [...path, key]);
  }
}

const withoutNul = z.unknown().superRefine((value, context) => {
  for (const path of nulsIn(value))
    context.addIssue({ code: "custom", path: [...path], message: "has a NUL character in it" });
});
const refuseNul = validatorCompiler({ schema: withoutNul, method: "", url: "" });

/** By the route's schema; and no NUL anywhere: PostgreSQL cannot store one, and who sends one is up to something. */
export const validateInput: typeof validatorCompiler = (route) => {
  const check = validatorCompiler(route);
  return (data: unknown) => (nulsIn(data).next().done === true ? check(data) : refuseNul(data));
};
