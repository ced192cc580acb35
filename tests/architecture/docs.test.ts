import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generatedDocs } from "../../docs/generate";

it.each(Object.entries(generatedDocs()))(
  "docs/generated/%s is what the model says (npm run docs)",
  (name, content) => {
    expect(readFileSync(join(__dirname, "../../docs/generated", name), "utf8")).toBe(content);
  },
);
