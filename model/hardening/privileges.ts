import { fail, neverRuns, pass, verdict, type Control } from "./control";

/** Names of host namespaces, and of another container's. */
const SHARED_NAMESPACE = /^(host|container:)/;
const DISABLED_PROFILE = /^(seccomp|apparmor)[:=]unconfined$|^label[:=]disable$|^systempaths[:=]unconfined$/;

/** What a process inside may do to the host. */
export const PRIVILEGE_CONTROLS: readonly Control[] = [
  {
    id: "D1",
    title: "not privileged",
    source: { cis: ["5.5"], owasp: ["3"] },
    hard: true,
    observable: true,
    check: ({ view }) => (view.privileged ? fail("runs privileged") : pass("unprivileged")),
  },
  {
    id: "D2",
    title: "all capabilities dropped, single ones added with a reason",
    source: { cis: ["5.4"], owasp: ["3"] },
    hard: true,
    observable: true,
    check: ({ view, plan }) => {
      const declared = new Map(plan.capabilities.map(({ name, reason }) => [name as string, reason.trim()]));
      const unexplained = view.capAdd.filter(
        (name) => (declared.get(canonicalCapability(name)) ?? "") === "",
      );
      return verdict(
        [
          ...(view.capDrop.includes("ALL") ? [] : ["does not drop ALL"]),
          ...unexplained.map((name) => `adds ${name} without a reason`),
        ],
        view.capAdd.length === 0 ? "drops ALL, adds none" : `drops ALL, adds ${view.capAdd.join(", ")}`,
      );
    },
  },
  {
    id: "D3",
    title: "no new privileges",
    source: { cis: ["5.26"], owasp: ["4"] },
    hard: true,
    observable: true,
    check: ({ view }) =>
      view.securityOpts.some((option) => /^no-new-privileges([:=]true)?$/.test(option))
        ? pass("no-new-privileges")
        : fail("no-new-privileges is not among the security options"),
  },
  {
    id: "D4",
    title: "seccomp and AppArmor profiles not disabled",
    source: { cis: ["5.2", "5.22"], owasp: ["6"] },
    hard: true,
    observable: true,
    check: ({ view }) =>
      verdict(
        view.securityOpts.filter((option) => DISABLED_PROFILE.test(option)).map((option) => `sets ${option}`),
        "the engine's default profiles",
      ),
  },
  {
    id: "D5",
    title: "read-only root, named and bounded tmpfs",
    source: { cis: ["5.13"], owasp: ["8"] },
    hard: true,
    observable: true,
    exempt: (subject) =>
      neverRuns(subject) ? "files are uploaded into it, and nothing runs in it" : undefined,
    check: ({ view }) =>
      verdict(
        [
          ...(view.readOnlyRoot ? [] : ["the root is writable"]),
          ...Object.entries(view.tmpfs)
            .filter(([, options]) => !/(^|,)size=\d/.test(options))
            .map(([path]) => `tmpfs ${path} has no size`),
        ],
        `read-only, ${Object.keys(view.tmpfs).length} tmpfs`,
      ),
  },
  {
    id: "D6",
    title: "numeric user other than root",
    source: { cis: ["4.1"], owasp: ["2"] },
    hard: true,
    observable: true,
    check: ({ view }) =>
      /^[1-9]\d*:[1-9]\d*$/.test(view.user)
        ? pass(view.user)
        : fail(`runs as "${view.user}"; a numeric uid:gid other than 0 is expected`),
  },
  {
    id: "D15",
    title: "no namespace of the host or of another container",
    source: { cis: ["5.10", "5.16", "5.17", "5.21", "5.31"], owasp: [] },
    hard: true,
    observable: true,
    check: ({ view: { networkMode, pidMode, ipcMode, utsMode, usernsMode } }) =>
      verdict(
        Object.entries({ networkMode, pidMode, ipcMode, utsMode, usernsMode })
          .filter(([, mode]) => SHARED_NAMESPACE.test(mode))
          .map(([name, mode]) => `${name} is ${mode}`),
        "namespaces of its own",
      ),
  },
  {
    id: "D20",
    title: "devices only by a typed GPU request with its driver",
    source: { cis: ["5.18"], owasp: [] },
    hard: true,
    observable: true,
    check: ({ view, plan }) =>
      verdict(
        [
          ...view.devices.map((device) => `hands ${device} through`),
          ...view.deviceDrivers
            .filter((driver) => driver === "")
            .map(() => "a device request names no driver"),
          ...(view.deviceDrivers.length > 0 && plan.gpu === undefined
            ? ["requests a device that is not declared"]
            : []),
        ],
        view.deviceDrivers.length === 0 ? "none" : view.deviceDrivers.join(", "),
      ),
  },
  {
    id: "D21",
    title: "default cgroup parent",
    source: { cis: ["5.25"], owasp: [] },
    hard: false,
    observable: true,
    check: ({ view }) =>
      view.cgroupParent === "" ? pass("default") : fail(`cgroup parent ${view.cgroupParent}`),
  },
  {
    id: "D22",
    title: "no swarm, no SSH daemon inside",
    source: { cis: ["5.1", "5.7"], owasp: [] },
    hard: false,
    observable: true,
    check: ({ view, plan }) =>
      verdict(
        [
          ...(view.command.some((word) => /(^|\/)(sshd|dropbear)\b/.test(word))
            ? ["runs an SSH daemon"]
            : []),
          ...(Object.values(plan.listens).includes(22) ? ["listens on port 22"] : []),
        ],
        "a plain container without SSH",
      ),
  },
];

/** `NET_ADMIN` and `CAP_NET_ADMIN` are the same; engines differ in which of them they read back. */
function canonicalCapability(name: string): string {
  return name.startsWith("CAP_") ? name : `CAP_${name}`;
}
