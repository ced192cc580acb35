/** What V8's sampling profiler writes (`node --cpu-prof`). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Where a sample belongs: the first part whose pattern its file's address matches. */
const PARTS: readonly (readonly [name: string, url: RegExp])[] = [
  ["stand-ins for the plugins", /\/engine\/hermetic\//],
  ["gRPC and protocol buffers", /node_modules\/(@grpc|google-protobuf|protobufjs|@protobufjs)\/|_pb\.js$/],
  ["Pulumi's SDK", /node_modules\/@pulumi\/pulumi\//],
  ["Pulumi's resource classes", /node_modules\/@pulumi\//],
  [
    "TypeScript to JavaScript",
    /node_modules\/(tsx|esbuild|@esbuild|typescript|get-tsconfig|resolve-pkg-maps)\//,
  ],
  ["Docker client", /node_modules\/(dockerode|docker-modem)\//],
  ["other libraries", /node_modules\//],
  ["model, components, engine", /^file:|^\//],
];

const LOADING = "loading modules";
const NATIVE = "Node itself";
const SPECIAL: ReadonlyMap<string, string> = new Map([
  ["(idle)", "idle"],
  ["(garbage collector)", "garbage collection"],
  ["(program)", "native code"],
]);

/** Seconds of a process by what it was doing, longest first; `idle` is waiting for the CLI, the plugins or Docker. */
export function partsOf({ nodes, samples, timeDeltas }: CpuProfile): readonly (readonly [string, number])[] {
  const names = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const walk = (id: number, above: string): void => {
    const node = byId.get(id);
    if (!node) return;
    const name = partOf(node.callFrame, above);
    names.set(id, name);
    for (const child of node.children ?? []) walk(child, name);
  };
  const root = nodes[0];
  if (root) walk(root.id, NATIVE);
  const sums = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? NATIVE;
    sums.set(name, (sums.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return [...sums]
    .map(([name, microseconds]) => [name, Math.round(microseconds / 10_000) / 100] as const)
    .filter(([, seconds]) => seconds > 0)
    .sort((a, b) => b[1] - a[1]);
}

/** Node's own functions and unnamed ones count for whoever called them, except where they load a module. */
function partOf({ functionName, url }: CpuProfile["nodes"][number]["callFrame"], above: string): string {
  const special = SPECIAL.get(functionName);
  if (special !== undefined) return special;
  if (/^node:internal\/modules\//.test(url)) return LOADING;
  if (url === "" || url.startsWith("node:")) return above;
  return PARTS.find(([, pattern]) => pattern.test(url))?.[0] ?? above;
}
