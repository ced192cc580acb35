import { confirmed } from "../../../cli/commands/down";
import { parseSettings } from "../../../model/settings";

const config = { settings: parseSettings({ prefix: "second" }) };

test("removing everything takes the stack's name, and the fix names that stack, not the default one", async () => {
  await expect(confirmed({ stack: "second" }, config, "second")).resolves.toBeUndefined();
  await expect(confirmed({ stack: "second" }, config, "dev")).rejects.toMatchObject({
    problems: [
      {
        path: "--confirm",
        what: "is not the stack's name",
        value: "dev",
        allowed: "second",
        fix: "./trade2026 down --stack second --volumes --confirm second",
      },
    ],
  });
});
