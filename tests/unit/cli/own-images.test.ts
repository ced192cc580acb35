import type Docker from "dockerode";
import { ownImages, removeOwnImages } from "../../../cli/docker/own-images";

function engineWith(tags: readonly string[], inUse: readonly string[] = []) {
  const removed: string[] = [];
  const docker = {
    listImages: () => Promise.resolve(tags.map((tag) => ({ RepoTags: [tag] }))),
    getImage: (name: string) => ({
      remove: () => {
        if (inUse.includes(name)) return Promise.reject(new Error("conflict"));
        removed.push(name);
        return Promise.resolve();
      },
    }),
  };
  return { docker: docker as unknown as Docker, removed };
}

test("images of services that are no longer there go; those of others, and of other platforms, stay", async () => {
  const { docker, removed } = engineWith([
    "second/oms:current",
    "second/gone:current",
    "second/gone:1.0",
    "second-to-none/oms:current",
  ]);
  await removeOwnImages(docker, "second", new Set(["oms"]));
  expect(removed).toEqual(["second/gone:current"]);
});

test("one that a container uses is left, and is no failure", async () => {
  const { docker, removed } = engineWith(
    ["second/used:current", "second/gone:current"],
    ["second/used:current"],
  );
  await removeOwnImages(docker, "second");
  expect(removed).toEqual(["second/gone:current"]);
});

test("a plan's own images are those that nothing was given in place of", () => {
  const container = (image: object, reference?: string) =>
    ({ image, ...(reference === undefined ? {} : { reference }) }) as never;
  expect(
    ownImages({
      containers: [
        container({ kind: "inHouse", name: "oms" }),
        container({ kind: "inHouse", name: "risk" }, "mine/risk:1"),
        container({ kind: "thirdParty", name: "nats" }, "nats:2"),
      ],
    }),
  ).toEqual(new Set(["oms"]));
});
