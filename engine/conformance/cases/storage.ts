import type { Case } from "../spec";
import { idle, output, volume } from "../spec";

const label = (value: string) => [{ label: "revision", value }];
const mounted = (of = "v") => idle({ volumes: [{ volumeName: output(of, "name"), containerPath: "/data" }] });

export const storageCases: readonly Case[] = [
  {
    name: "volume-plain",
    why: "outputs of a volume",
    one: { v: volume() },
    outputs: { v: ["name", "driver", "mountpoint"] },
    look: { v: ["Driver", "Labels"] },
  },
  {
    name: "volume-label-changed",
    why: "a label replaces the volume, its data is lost, and the container goes with it",
    one: { v: volume({ labels: label("1") }), c: mounted() },
    two: { v: volume({ labels: label("2") }), c: mounted() },
    look: { v: ["Labels"] },
  },
  {
    name: "volume-labels-order",
    why: "the order of labels means nothing",
    one: { v: volume({ labels: [...label("1"), { label: "a", value: "1" }] }) },
    two: { v: volume({ labels: [{ label: "a", value: "1" }, ...label("1")] }) },
  },
  {
    name: "volume-label-ignored",
    why: "ignoreChanges keeps the data",
    one: { v: volume({ labels: label("1") }, { ignoreChanges: ["labels", "driverOpts"] }), c: mounted() },
    two: { v: volume({ labels: label("2") }, { ignoreChanges: ["labels", "driverOpts"] }), c: mounted() },
    look: { v: ["Labels"] },
  },
  {
    name: "volume-retained",
    why: "retainOnDelete keeps the data through a replacement, and the old labels with it",
    one: { v: volume({ labels: label("1") }, { retainOnDelete: true }) },
    two: { v: volume({ labels: label("2") }, { retainOnDelete: true }) },
    look: { v: ["Labels"] },
  },
  {
    name: "volume-auto-name",
    why: "no name: replaced create-first",
    one: { v: { ...volume({ labels: label("1") }), naming: "auto" } },
    two: { v: { ...volume({ labels: label("2") }), naming: "auto" } },
  },
  {
    name: "volume-adopted",
    why: "a volume of that name is there already: taken over as it is",
    given: [{ make: "volume", name: "t26conf-volume-adopted-v" }],
    one: { v: volume({ labels: label("1") }) },
    look: { v: ["Labels"] },
  },
  {
    name: "volume-driver-options",
    why: "options of the local driver",
    one: { v: volume({ driver: "local", driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m" } }) },
    two: { v: volume({ driver: "local", driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=2m" } }) },
    look: { v: ["Options"] },
  },
];
