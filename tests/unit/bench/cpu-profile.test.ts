import { partsOf, type CpuProfile } from "../../bench/cpu-profile";

type Node = CpuProfile["nodes"][number];
const node = (id: number, functionName: string, url = "", children: readonly number[] = []): Node => ({
  id,
  callFrame: { functionName, url },
  children,
});
const sampled = (
  nodes: readonly Node[],
  ...samples: readonly (readonly [id: number, seconds: number])[]
): CpuProfile => ({
  nodes,
  samples: samples.map(([id]) => id),
  timeDeltas: samples.map(([, seconds]) => seconds * 1e6),
});
const NODE = "/x/node_modules";

it("sums samples by whose code it is, longest first", () => {
  const nodes = [
    node(1, "(root)", "", [2, 3, 4, 5]),
    node(2, "a", `file://${NODE}/@pulumi/pulumi/output.js`),
    node(3, "b", `file://${NODE}/@grpc/grpc-js/call.js`),
    node(4, "c", "file:///x/engine/hermetic/providers/serve.ts"),
    node(5, "d", "file:///x/model/plan.ts"),
  ];
  expect(partsOf(sampled(nodes, [2, 1], [3, 3], [4, 2], [5, 0.5], [2, 0.25]))).toEqual([
    ["gRPC and protocol buffers", 3],
    ["stand-ins for the plugins", 2],
    ["Pulumi's SDK", 1.25],
    ["model, components, engine", 0.5],
  ]);
});

it("Node's own functions count for their caller, and those that load modules for themselves", () => {
  const nodes = [
    node(1, "(root)", "", [2]),
    node(2, "a", `file://${NODE}/@pulumi/pulumi/output.js`, [3, 4]),
    node(3, "push", "node:internal/array"),
    node(4, "wrapSafe", "node:internal/modules/cjs/loader", [5]),
    node(5, "read"),
  ];
  expect(partsOf(sampled(nodes, [3, 1], [4, 2], [5, 3]))).toEqual([
    ["loading modules", 5],
    ["Pulumi's SDK", 1],
  ]);
});

it("tells garbage collection and idleness apart, and generated messages from the SDK", () => {
  const nodes = [
    node(1, "(root)", "", [2, 3, 4]),
    node(2, "(idle)"),
    node(3, "(garbage collector)"),
    node(4, "x", `file://${NODE}/@pulumi/pulumi/proto/provider_pb.js`),
  ];
  expect(partsOf(sampled(nodes, [2, 3], [3, 2], [4, 1]))).toEqual([
    ["idle", 3],
    ["garbage collection", 2],
    ["gRPC and protocol buffers", 1],
  ]);
});

it("a function may be called like a property that every object has", () => {
  const nodes = [node(1, "(root)", "", [2]), node(2, "constructor", "file:///x/model/plan.ts")];
  expect(partsOf(sampled(nodes, [2, 1]))).toEqual([["model, components, engine", 1]]);
});
