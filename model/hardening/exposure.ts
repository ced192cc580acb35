import { fail, pass, verdict, type Control, type Subject } from "./control";
import { leaks } from "./leaks";

const DOCKER_SOCKET = /docker(\.raw)?\.sock|docker_engine|containerd\.sock|podman\.sock/;
/** Host folders that hand over the host. */
const SENSITIVE = ["/etc", "/proc", "/sys", "/dev", "/boot", "/lib", "/usr", "/var/run", "/run", "/root"];
const ANY_ADDRESS = ["", "0.0.0.0", "::", "[::]"];

/** What a container touches outside of itself: files of the host, ports, networks, secrets. */
export const EXPOSURE_CONTROLS: readonly Control[] = [
  {
    id: "D12",
    title: "no Docker socket",
    source: { cis: ["5.32"], owasp: ["1"] },
    hard: true,
    observable: true,
    check: ({ view }) =>
      verdict(
        view.mounts
          .filter(({ source, target }) => DOCKER_SOCKET.test(source) || DOCKER_SOCKET.test(target))
          .map(({ source }) => `mounts ${source}`),
        "not mounted",
      ),
  },
  {
    id: "D13",
    title: "no sensitive folder of the host",
    source: { cis: ["5.6"], owasp: [] },
    hard: true,
    observable: true,
    check: ({ view }) => {
      const binds = view.mounts.filter(({ kind }) => kind === "bind");
      return verdict(
        binds.filter(({ source }) => isSensitive(source)).map(({ source }) => `mounts ${source}`),
        binds.length === 0 ? "no folder of the host" : `only ${binds.map(({ source }) => source).join(", ")}`,
      );
    },
  },
  {
    id: "D14",
    title: "mounts are not shared, a volume has one writer",
    source: { cis: ["5.20"], owasp: [] },
    hard: true,
    observable: true,
    check: (subject) =>
      verdict(
        [
          ...subject.view.mounts
            .filter(({ propagation }) => /shared/.test(propagation))
            .map(({ source, propagation }) => `${source} is mounted ${propagation}`),
          ...sharedVolumes(subject),
        ],
        `${subject.view.mounts.length} mounts, none shared for writing`,
      ),
  },
  {
    id: "D16",
    title: "published ports are bound to one interface",
    source: { cis: ["5.14"], owasp: ["5a"] },
    hard: true,
    observable: true,
    check: ({ view }) =>
      verdict(
        view.ports
          .filter(({ address }) => ANY_ADDRESS.includes(address))
          .map(({ host }) => `port ${host} is published on every address`),
        view.ports.length === 0
          ? "publishes none"
          : [...new Set(view.ports.map(({ address }) => address))].join(", "),
      ),
  },
  {
    id: "D17",
    title: "host ports below 1024 only at the gateways",
    source: { cis: ["5.8"], owasp: [] },
    hard: true,
    observable: true,
    check: ({ view, plan }) =>
      verdict(
        plan.capability === "gateway"
          ? []
          : view.ports
              .filter(({ host }) => host < 1024)
              .map(({ host }) => `publishes ${host === 0 ? "a random port" : host}`),
        plan.capability === "gateway" ? "a gateway" : "none",
      ),
  },
  {
    id: "D18",
    title: "only declared ports are published",
    source: { cis: ["5.9"], owasp: ["5"] },
    hard: true,
    observable: true,
    check: ({ view, plan }) => {
      const key = (host: number, container: number, address: string): string =>
        `${address}:${host}->${container}`;
      const declared = plan.ports.map(({ host, container, address }) => key(host, container, address));
      const published = view.ports.map(({ host, container, address }) => key(host, container, address));
      return verdict(
        [
          ...(view.publishAll ? ["publishes whatever the image exposes"] : []),
          ...published
            .filter((port) => !declared.includes(port))
            .map((port) => `publishes ${port}, which is not declared`),
        ],
        published.length === 0 ? "publishes none" : published.join(", "),
      );
    },
  },
  {
    id: "D19",
    title: "only lanes; the inner ones have no route out",
    source: { cis: ["5.30", "2.2"], owasp: ["5"] },
    hard: true,
    observable: true,
    check: networksVerdict,
  },
  {
    id: "D24",
    title: "no secret in environment, labels or command",
    source: { cis: ["4.10"], owasp: ["12"] },
    hard: true,
    observable: true,
    check: ({ view }) =>
      verdict(
        [
          // Uploads are how secrets get into a volume of the service's own.
          ...view.secretInputs
            .filter((name) => name !== "uploads")
            .map((name) => `the input ${name} holds a secret`),
          ...leaks(view),
        ],
        "none",
      ),
  },
];

function isSensitive(path: string): boolean {
  const clean = path.replace(/\/+$/, "");
  return clean === "" || SENSITIVE.some((folder) => clean === folder || clean.startsWith(`${folder}/`));
}

/**
 * Owner jobs and writers touch a volume before its service does, and belong to the same workload: they are one
 * writer with it. Two services, or two workloads, are not.
 */
function sharedVolumes({ view, stack }: Subject): readonly string[] {
  return view.mounts
    .filter(({ kind, readOnly }) => kind === "volume" && !readOnly)
    .flatMap(({ source }) => {
      const writers = stack.writers.get(source) ?? [];
      const workloads = new Set(writers.map(({ workload }) => workload));
      const services = writers.filter(({ role }) => role === "service");
      return workloads.size > 1 || services.length > 1
        ? [`${source} is written by ${writers.map(({ name }) => name).join(" and ")}`]
        : [];
    });
}

function networksVerdict({ view, plan, stack }: Subject): ReturnType<Control["check"]> {
  const { networkMode, networks } = view;
  if (networks.length === 0) {
    return networkMode === "none" && plan.lanes.length === 0
      ? pass("no network at all")
      : fail(`network mode "${networkMode}" without a lane`);
  }
  const foreign = networks.filter(
    (network) => !plan.lanes.some((lane) => network === lane || network.endsWith(`-${lane}`)),
  );
  const open = stack.lanes.filter(
    ({ name, internal }) => plan.lanes.includes(name) && name !== "frontend" && !internal,
  );
  return verdict(
    [
      ...foreign.map((network) => `is on ${network}, which is none of its lanes`),
      ...open.map(({ name }) => `lane ${name} has a route out`),
    ],
    networks.join(", "),
  );
}
