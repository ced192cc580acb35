import { CONTROLS, type ContainerView } from "../../../../model/hardening";
import { plan, service } from "../../../support/model";
import { evidence, failures, outcomes, platform, REFERENCE, scoreOf } from "./sample";

/** What nobody passes today: no limit of processes (the provider has none), restarts without bound, no scans. */
const KNOWN = ["D9", "D11", "D28"];

it("is a checklist of 29 controls, each with a title and most with their source", () => {
  expect(CONTROLS.map(({ id }) => id)).toEqual(Array.from({ length: 29 }, (_, index) => `D${index + 1}`));
  expect(new Set(CONTROLS.map(({ title }) => title)).size).toBe(29);
  expect(
    CONTROLS.filter(({ source }) => source.cis.length + source.owasp.length === 0).map(({ id }) => id),
  ).toEqual(["D26"]);
});

it("must be met, or waived, where the checklist says so", () => {
  expect(CONTROLS.filter(({ hard }) => !hard).map(({ id }) => id)).toEqual([
    "D9",
    "D11",
    "D21",
    "D22",
    "D26",
    "D27",
    "D28",
    "D29",
  ]);
});

describe("a container as we make it", () => {
  const score = scoreOf(platform);

  it("passes all but the known ones, when it is a service", () => {
    expect(failures(score, "store")).toEqual(KNOWN);
    expect(outcomes(score, "store", "notApplicable")).toEqual(["D29"]);
    expect(score.containers.find(({ name }) => name === "store")).toMatchObject({
      passes: 25,
      applicable: 28,
    });
  });

  it("has no probe as a job, whose exit code says how it went, and may be restarted at will", () => {
    expect(failures(score, "toolbox")).toEqual(["D9", "D28"]);
    expect(outcomes(score, "toolbox", "notApplicable")).toEqual(["D10", "D29"]);
  });

  it("is judged by what it might do if somebody started it, as a writer", () => {
    const withSecrets = scoreOf(
      plan([service({ name: "app", configure: () => ({ config: [{ path: "a", content: "b" }] }) })], {
        image: () => ({ reference: REFERENCE, origin: "upstream" }),
      }),
    );
    expect(failures(withSecrets, "app-config")).toEqual(["D9", "D28"]);
    expect(outcomes(withSecrets, "app-config", "notApplicable")).toEqual(["D5", "D10", "D26", "D29"]);
  });

  it("is root only as an owner job, with a waiver", () => {
    expect(failures(score, "store-data-owner")).toEqual(["D6", "D9", "D28"]);
    expect(score.problems).toEqual([]);
  });
});

type Change = (view: ContainerView) => Partial<ContainerView>;
const bind =
  (source: string, more: object = {}): Change =>
  ({ mounts }) => ({
    mounts: [
      ...mounts,
      { kind: "bind", source, target: "/host", readOnly: true, propagation: "rprivate", ...more },
    ],
  });
const secret = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n";

const BAD: readonly (readonly [control: string, ...cases: (readonly [string, Change])[]])[] = [
  ["D1", ["privileged", () => ({ privileged: true })]],
  [
    "D2",
    ["nothing dropped", () => ({ capDrop: [] })],
    ["another one dropped", () => ({ capDrop: ["CAP_NET_RAW"] })],
    ["one added without a reason", () => ({ capAdd: ["CAP_SYS_ADMIN"] })],
    ["all added", () => ({ capAdd: ["ALL"] })],
  ],
  [
    "D3",
    ["no option", () => ({ securityOpts: [] })],
    ["switched off", () => ({ securityOpts: ["no-new-privileges:false"] })],
  ],
  [
    "D4",
    ["seccomp off", ({ securityOpts }) => ({ securityOpts: [...securityOpts, "seccomp=unconfined"] })],
    ["AppArmor off", ({ securityOpts }) => ({ securityOpts: [...securityOpts, "apparmor:unconfined"] })],
    ["labels off", ({ securityOpts }) => ({ securityOpts: [...securityOpts, "label=disable"] })],
  ],
  [
    "D5",
    ["a writable root", () => ({ readOnlyRoot: false })],
    ["a tmpfs without a size", () => ({ tmpfs: { "/tmp": "mode=1777" } })],
  ],
  [
    "D6",
    ["root", () => ({ user: "0:0" })],
    ["root's group", () => ({ user: "1000:0" })],
    ["a name", () => ({ user: "postgres" })],
    ["the image's own", () => ({ user: "" })],
    ["no group", () => ({ user: "1000" })],
  ],
  [
    "D7",
    ["no limit", () => ({ memory: 0, memorySwap: 0 })],
    ["swap on top", () => ({ memorySwap: 512 })],
    ["the engine's default of swap", () => ({ memorySwap: 0 })],
  ],
  ["D8", ["no limit", () => ({ cpus: 0 })]],
  [
    "D10",
    ["none", () => ({ probe: [] })],
    ["switched off", () => ({ probe: ["NONE"] })],
    ["true", () => ({ probe: ["CMD", "true"] })],
    ["exit 0", () => ({ probe: ["CMD-SHELL", "exit 0"] })],
    ["an echo in a shell", () => ({ probe: ["CMD", "sh", "-c", "echo well"] })],
    ["a failure that is swallowed", () => ({ probe: ["CMD-SHELL", "curl -f localhost || true"] })],
    ["nothing after CMD", () => ({ probe: ["CMD"] })],
  ],
  [
    "D12",
    ["the socket", bind("/opt/docker.sock")],
    ["its place", bind("/srv/x", { target: "/opt/docker.sock" })],
    ["Docker Desktop's", bind("/home/me/.docker/docker.raw.sock")],
  ],
  [
    "D13",
    ...["/", "/etc", "/etc/passwd", "/proc", "/sys", "/dev", "/boot", "/usr/share/", "/lib"].map(
      (path) => [path, bind(path)] as const,
    ),
  ],
  ["D14", ["propagation", bind("/srv", { propagation: "rshared" })]],
  [
    "D15",
    ["the host's network", () => ({ networkMode: "host" })],
    ["another container's network", () => ({ networkMode: "container:abc" })],
    ["the host's processes", () => ({ pidMode: "host" })],
    ["the host's IPC", () => ({ ipcMode: "host" })],
    ["the host's name", () => ({ utsMode: "host" })],
    ["the host's users", () => ({ usernsMode: "host" })],
  ],
  [
    "D20",
    ["a device", () => ({ devices: ["/dev/kvm"] })],
    ["a GPU that is not declared", () => ({ deviceDrivers: ["nvidia"] })],
  ],
  ["D21", ["another parent", () => ({ cgroupParent: "/system.slice" })]],
  ["D22", ["an SSH daemon", () => ({ command: ["/usr/sbin/sshd", "-D"] })]],
  [
    "D23",
    ["a tag", () => ({ image: "docker.io/library/store:1.2.3" })],
    ["latest", () => ({ image: "store:latest" })],
  ],
  [
    "D24",
    ["in a variable", () => ({ environment: ["DB_PASSWORD=hunter2"] })],
    ["by its look", () => ({ environment: [`SETTING=${secret}`] })],
    ["in a URL", () => ({ environment: ["DATABASE_URL=postgresql://app:pw@db/app"] })],
    ["in a label", () => ({ labels: { "api-token": "abc" } })],
    ["in the command", () => ({ command: ["serve", "--password=hunter2"] })],
    ["in a word of the command", () => ({ command: ["serve", secret] })],
    ["in the probe", () => ({ probe: ["CMD", "redis-cli", "-a", secret, "ping"] })],
    ["marked as one in an input", () => ({ secretInputs: ["envs", "uploads"] })],
  ],
  [
    "D25",
    ["no driver", () => ({ log: { driver: "", options: {} } })],
    ["no size", () => ({ log: { driver: "json-file", options: { "max-file": "3" } } })],
    ["no number", () => ({ log: { driver: "json-file", options: { "max-size": "10m" } } })],
    [
      "nowhere to read it",
      () => ({ log: { driver: "none", options: { "max-size": "10m", "max-file": "3" } } }),
    ],
  ],
  [
    "D26",
    ["less time than it needs", () => ({ stopSeconds: 29 })],
    ["killed when it is replaced", () => ({ deleteSeconds: 0 })],
    ["another signal", () => ({ stopSignal: "SIGTERM" })],
    ["no init", () => ({ init: false })],
  ],
];

describe.each(BAD.map(([control, ...cases]) => ({ control, cases })))("$control", ({ control, cases }) => {
  it.each(cases.map(([name, change]) => ({ name, change })))("fails on $name", ({ change }) => {
    const score = scoreOf(platform, {
      view: (view, name) => (name === "store" ? { ...view, ...change(view) } : view),
    });
    expect(failures(score, "store").filter((id) => !KNOWN.includes(id))).toEqual([control]);
    expect(evidence(score, "store", control)).not.toBe("");
  });
});
