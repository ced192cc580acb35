import type { Case, Resources, Spec } from "../spec";
import { IMAGES, folder, idle, imageId, output, unstarted } from "../spec";

const remote = (name: string, keepLocally = true): Spec => ({
  kind: "remoteImage",
  args: { name, keepLocally },
});

const built = (text: string, more: object = {}): Spec => ({
  kind: "image",
  args: {
    imageName: "t26conf/built:1",
    build: {
      context: folder({ Dockerfile: "FROM scratch\nCOPY text /text\n", text }),
      platform: "linux/amd64",
    },
    skipPush: true,
    ...more,
  },
});
const builtAndUsed = (text: string): Resources => ({
  image: built(text),
  c: unstarted({ image: output("image", "repoDigest"), command: ["/none"] }),
  byName: unstarted({ image: output("image", "imageName"), command: ["/none"] }),
});

export const imageCases: readonly Case[] = [
  {
    name: "remote-image",
    why: "a local tag needs no registry; repoDigest is empty, imageId is not",
    one: { image: remote(IMAGES.subject), c: idle({ image: output("image", "imageId") }) },
    outputs: { image: ["name", "imageId", "repoDigest", "keepLocally"] },
    look: { c: ["Config.Image"] },
  },
  {
    name: "remote-image-changed",
    why: "another tag replaces the image and the container that uses it by id",
    one: { image: remote(IMAGES.subject), c: idle({ image: output("image", "imageId") }) },
    two: { image: remote(IMAGES.other), c: idle({ image: output("image", "imageId") }) },
  },
  {
    name: "remote-image-by-id",
    why: "an image id as the name",
    one: {
      image: remote(IMAGES.subject),
      named: { kind: "remoteImage", args: { name: imageId(IMAGES.other), keepLocally: true } },
    },
  },
  {
    name: "built-image",
    why: "an update in place when its files change; a container that uses it by digest is replaced, by name not",
    one: builtAndUsed("one"),
    two: builtAndUsed("two"),
    outputs: { image: ["imageName", "baseImageName", "registryServer", "repoDigest"] },
    look: { c: ["Config.Image"] },
  },
  {
    name: "built-image-same",
    why: "the same files: nothing",
    one: { image: built("same", { imageName: "t26conf/built:2" }) },
  },
  {
    name: "built-image-renamed",
    why: "another name",
    one: { image: built("name", { imageName: "t26conf/built:3" }) },
    two: { image: built("name", { imageName: "t26conf/built:4" }) },
    outputs: { image: ["imageName", "baseImageName"] },
  },
  {
    name: "built-image-ignore-file",
    why: "files that .dockerignore names do not count",
    one: {
      image: {
        kind: "image",
        args: {
          imageName: "t26conf/built:5",
          build: {
            context: folder({
              Dockerfile: "FROM scratch\nCOPY a /a\n",
              ".dockerignore": "b\n",
              a: "a",
              b: "one",
            }),
          },
          skipPush: true,
        },
      },
    },
    two: {
      image: {
        kind: "image",
        args: {
          imageName: "t26conf/built:5",
          build: {
            context: folder({
              Dockerfile: "FROM scratch\nCOPY a /a\n",
              ".dockerignore": "b\n",
              a: "a",
              b: "two",
            }),
          },
          skipPush: true,
        },
      },
    },
  },
];
