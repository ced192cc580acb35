import type { Case } from "../spec";
import { IMAGES, container, idle, network, output, password, unstarted, volume } from "../spec";

const FAILS = ["CMD", "/subject", "health", "fail"];
const STATUS = { c: ["State.Status"] } as const;
const net = (n: number) =>
  network({ ipamConfigs: [{ subnet: `10.213.${n}.0/24`, gateway: `10.213.${n}.1` }] });
const neverHealthy = { tests: FAILS, interval: "1s", timeout: "1s", retries: 1 };

/** Cases in which something fails. The run goes on, so that each stands for itself. */
export const errorCases: readonly Case[] = [
  {
    name: "name-taken",
    why: "somebody else's container has the name",
    given: [{ make: "container", name: "t26conf-name-taken-c" }],
    one: { c: idle() },
    says: { c: "is already in use" },
  },
  {
    name: "image-missing",
    why: "not there, and its registry does not answer",
    one: { c: idle({ image: "localhost:29099/none:1" }) },
    says: { c: "localhost:29099/none:1" },
  },
  {
    name: "remote-image-missing",
    why: "not there, and its registry does not answer",
    one: { image: { kind: "remoteImage", args: { name: "localhost:29099/none:2", keepLocally: true } } },
    says: { image: "localhost:29099/none:2" },
  },
  {
    name: "subnet-overlaps",
    why: "of another network",
    given: [{ make: "network", name: "t26conf-somebodys", subnet: "10.213.60.0/24" }],
    one: { net: net(60) },
    says: { net: "Pool overlaps" },
  },
  {
    name: "network-auto-name",
    why: "without a name of its own a network is replaced create-first and meets its own subnet",
    one: { net: { ...net(63), naming: "auto" } },
    two: {
      net: {
        ...network({
          ipamConfigs: [{ subnet: "10.213.63.0/24", gateway: "10.213.63.1" }],
          labels: [{ label: "a", value: "1" }],
        }),
        naming: "auto",
      },
    },
    says: { net: "Pool overlaps" },
  },
  {
    name: "network-name-taken",
    why: "somebody else's network has the name",
    given: [{ make: "network", name: "t26conf-network-name-taken-net", subnet: "10.213.61.0/24" }],
    one: { net: net(62) },
    says: { net: "already exists" },
  },
  {
    name: "network-missing",
    why: "created, and refused at start",
    one: { c: container({ networksAdvanced: [{ name: "t26conf-no-such-network" }] }) },
    look: STATUS,
    says: { c: "t26conf-no-such-network" },
  },
  {
    name: "port-taken",
    why: "created, and refused at start",
    given: [{ make: "container", name: "t26conf-port-holder", port: 29050 }],
    one: { c: container({ ports: [{ internal: 80, external: 29050, ip: "127.0.0.1" }] }) },
    look: STATUS,
    says: { c: "29050" },
  },
  {
    name: "never-healthy",
    why: "fails when the time is over, is left running; the next up replaces it; a refresh accepts it",
    one: {
      c: idle({ healthcheck: neverHealthy, wait: true, waitTimeout: 3 }),
      after: idle({}, { dependsOn: ["c"] }),
    },
    look: { ...STATUS, after: ["State.Status"] },
    says: { c: "failed to be in healthy state" },
  },
  {
    name: "never-healthy-corrected",
    why: "the next up replaces it with the corrected one",
    one: { c: idle({ healthcheck: neverHealthy, wait: true, waitTimeout: 3 }) },
    two: {
      c: idle({
        healthcheck: {
          tests: ["CMD", "/subject", "health", "ok"],
          interval: "1s",
          timeout: "5s",
          retries: 3,
        },
        wait: true,
        waitTimeout: 30,
      }),
    },
    look: { c: ["State.Health.Status"] },
    says: { c: "failed to be in healthy state" },
  },
  {
    name: "wait-without-health",
    why: "nothing to wait for: fails at once",
    one: { c: idle({ wait: true }) },
    look: STATUS,
    says: { c: "does not have a healthcheck defined" },
  },
  {
    name: "exits-while-waited-for",
    why: "an exit does not end the wait",
    one: { c: idle({ command: ["exit", "3"], healthcheck: neverHealthy, wait: true, waitTimeout: 3 }) },
    look: STATUS,
    says: { c: "failed to be in healthy state" },
  },
  {
    name: "upload-into-read-only-root",
    why: "refused by the engine, even where the file lies in a volume",
    one: {
      c: unstarted({ readOnly: true, uploads: [{ file: "/etc/a", content: "a" }] }),
      v: volume(),
      inVolume: unstarted({
        readOnly: true,
        volumes: [{ volumeName: output("v", "name"), containerPath: "/data" }],
        uploads: [{ file: "/data/a", content: "a" }],
      }),
    },
    look: STATUS,
    says: { c: "read-only", inVolume: "read-only" },
  },
  {
    name: "upload-of-nothing",
    why: "no content of any kind",
    one: { c: unstarted({ uploads: [{ file: "/a" }] }) },
    look: STATUS,
    says: { c: "content" },
  },
  {
    name: "replaced-create-first",
    why: "replaceOnChanges without deleteBeforeReplace meets its own name",
    one: { c: idle({}, { replaceOnChanges: ["init"] }) },
    two: { c: idle({ init: true }, { replaceOnChanges: ["init"] }) },
    look: { c: ["HostConfig.Init"] },
    says: { c: "is already in use" },
  },
  {
    name: "memory-raised-without-swap",
    why: "the engine refuses; the next preview still says what it said",
    one: { c: idle({ memory: 64 }) },
    two: { c: idle({ memory: 256 }) },
    look: { c: ["HostConfig.Memory", "HostConfig.MemorySwap"] },
    says: { c: "memoryswap limit" },
  },
  {
    name: "gpu-missing",
    why: "created, and refused at start",
    one: { c: idle({ deviceRequests: [{ driver: "nvidia", count: 1, capabilities: ["gpu"] }] }) },
    look: STATUS,
    says: { c: "could not select device driver" },
  },
  {
    name: "user-unknown",
    why: "refused at start",
    one: { c: idle({ user: "nobody-of-that-name" }) },
    look: STATUS,
    says: { c: "unable to find user" },
  },
  {
    name: "capability-unknown",
    why: "refused by the engine at create",
    one: { c: idle({ capabilities: { adds: ["CAP_NONSENSE"] } }) },
    look: STATUS,
    says: { c: "CAP_NONSENSE" },
  },
  {
    name: "command-empty-word",
    why: "refused by the provider",
    one: { c: idle({ command: ["sleep", ""] }) },
    look: STATUS,
    says: { c: "may not be empty" },
  },
  {
    name: "image-empty",
    why: "the digest of an image that was never pulled is empty",
    one: { c: idle({ image: "" }) },
    look: STATUS,
    says: { c: "empty" },
  },
  {
    name: "built-image-broken",
    why: "a step of the build fails",
    one: {
      image: {
        kind: "image",
        args: {
          imageName: "t26conf/broken:1",
          build: {
            context: { $: "folder", files: { Dockerfile: `FROM ${IMAGES.subject}\nCOPY nothing /x\n` } },
          },
          skipPush: true,
        },
      },
    },
    says: { image: "nothing" },
  },
];

/** Inputs that are refused before anything is done. */
export const refusedCases: readonly Case[] = [
  {
    name: "host-unreachable",
    why: "no engine answers at the host of the provider: even a preview fails",
    one: {
      host: { kind: "provider", args: { host: "tcp://127.0.0.1:29098" } },
      c: idle({}, { provider: "host" }),
    },
    says: { c: "connect" },
  },
  {
    name: "password-impossible",
    why: "shorter than its parts",
    one: { p: password({ length: 4, minLower: 3, minUpper: 3 }) },
    says: { p: "length" },
  },
  {
    name: "refused-duration",
    why: "not a duration",
    one: { c: idle({ healthcheck: { tests: ["NONE"], interval: "soon" } }) },
    says: { c: "soon" },
  },
  {
    name: "refused-restart",
    why: "not a restart policy",
    one: { c: idle({ restart: "sometimes" }) },
    says: { c: "sometimes" },
  },
  {
    name: "refused-both-gpu-forms",
    why: "gpus and deviceRequests together",
    one: { c: unstarted({ gpus: "all", deviceRequests: [{ driver: "nvidia", count: 1 }] }) },
    says: { c: "conflict" },
  },
  {
    name: "refused-memory",
    why: "less than nothing",
    one: { c: unstarted({ memory: -5 }) },
    says: { c: "memory" },
  },
];
