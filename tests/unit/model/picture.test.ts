import { lanesPicture } from "../../../model/picture";
import { container, plan } from "./small-plan";

const drawn = (...names: readonly string[]): string =>
  lanesPicture(plan({ containers: names.map((name) => container({ name, lanes: ["backend"] })) }));

test("a name stays inside its box, however long it is", () => {
  const names = ["s3", "valkey-state", "market-data-gateway", "a-service-with-quite-a-name"];
  const sizes = names.map(
    (name) => new RegExp(`font-size="(\\d+)"[^>]*>${name}<`).exec(drawn(...names))?.[1],
  );
  expect(sizes).toEqual(["13", "13", "10", "7"]);
});

test("services of all lanes stand across them", () => {
  const picture = lanesPicture(
    plan({ containers: [container({ name: "edge", lanes: ["frontend", "lowlatency", "backend"] })] }),
  );
  expect(picture).toMatch(/rotate\(-90\)"[^>]*>edge</);
});
