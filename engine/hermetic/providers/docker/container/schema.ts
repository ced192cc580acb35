import { block, bool, int, labelFields, list, map, matching, replacing, set, str } from "../../schema/fields";
import type { Fields, TextCheck } from "../../schema/fields";
import { parseDuration } from "./durations";

const replace = { replace: true } as const;
const decided = { computed: true } as const;

const duration: TextCheck = (value) => {
  const nanoseconds = parseDuration(value);
  if (nanoseconds === undefined) return `'${value}' is not a valid duration; write 500ms, 30s, 1m30s or 1h`;
  return nanoseconds < 0 ? `the duration "${value}" is negative` : undefined;
};

const throttled: Fields = { path: str({ required: true }), rate: int({ required: true, min: 0 }) };

/**
 * Inputs of docker.Container 5.2.0 with their behaviour. What has neither `replace` nor an entry in `APPLIED`
 * (update.ts) is a silent no-op in the official plugin: the plan says update, the container stays as it is.
 */
export const containerFields: Fields = {
  // identity and image
  name: str(replace),
  image: str({ required: true, ...replace }),
  platform: str({ ...decided, ...replace }),
  runtime: str({ ...decided, ...replace }),
  labels: set(labelFields, { ...decided, ...replace }),

  // process
  command: list("string", { ...decided, ...replace }),
  entrypoints: list("string", { ...decided, ...replace }),
  envs: set("string", { ...decided, ...replace }),
  user: str({ ...replace, emptyIsUnset: true }),
  groupAdds: set("string", replace),
  workingDir: str({ ...replace, emptyIsUnset: true }),
  hostname: str({ ...decided, ...replace }),
  domainname: str(replace),
  tty: bool({ ...replace, default: false }),
  stdinOpen: bool({ ...replace, default: false }),
  init: bool(decided),
  stopSignal: str({ ...decided, ...replace }),
  stopTimeout: int({ ...decided, ...replace }),
  healthcheck: block(
    {
      tests: list("string"),
      interval: str({ default: "0s", check: duration }),
      timeout: str({ default: "0s", check: duration }),
      startPeriod: str({ default: "0s", check: duration }),
      startInterval: str({ default: "0s", check: duration }),
      retries: int({ default: 0, min: 0 }),
    },
    decided,
  ),

  // how the provider works with it
  start: bool({ default: true }),
  mustRun: bool({ default: true }),
  attach: bool({ default: false }),
  logs: bool({ default: false }),
  wait: bool({ default: false }),
  waitTimeout: int({ default: 60 }),
  rm: bool({ default: false }),
  removeVolumes: bool({ default: true }),
  destroyGraceSeconds: int(),
  containerReadRefreshTimeoutMilliseconds: int({ default: 15000 }),
  restart: str({
    default: "no",
    check: matching(
      /^(no|on-failure|always|unless-stopped)$/,
      "one of no, on-failure, always, unless-stopped",
    ),
  }),
  maxRetryCount: int(),

  // isolation
  readOnly: bool({ ...replace, default: false }),
  privileged: bool(replace),
  capabilities: block(
    { adds: set("string", replace), drops: set("string", replace) },
    { ...replace, unordered: true },
  ),
  securityOpts: set("string", { ...decided, ...replace }),
  pidMode: str(replace),
  ipcMode: str({ ...decided, ...replace }),
  usernsMode: str(replace),
  cgroupnsMode: str(replace),
  cgroupParent: str(replace),
  sysctls: map(replace),

  // network
  networkMode: str({ ...replace, default: "bridge" }),
  networksAdvanced: set(
    replacing({
      name: str({ required: true }),
      aliases: set("string"),
      ipv4Address: str(),
      ipv6Address: str(),
      linkLocalIps: set("string"),
      macAddress: str(),
      driverOpts: set("string"),
      gwPriority: int({ min: 0 }),
    }),
    replace,
  ),
  ports: list(
    replacing({
      internal: int({ required: true }),
      external: int({ computed: true }),
      ip: str({ default: "0.0.0.0" }),
      protocol: str({ default: "tcp" }),
    }),
    replace,
  ),
  publishAllPorts: bool(replace),
  dns: set("string", replace),
  dnsOpts: set("string", replace),
  dnsSearches: set("string", replace),
  hosts: set(replacing({ host: str({ required: true }), ip: str({ required: true }) }), replace),

  // files
  volumes: set(
    replacing({
      containerPath: str(),
      fromContainer: str(),
      hostPath: str(),
      volumeName: str(),
      readOnly: bool(),
      selinuxRelabel: str({ check: matching(/^[zZ]$/, "z or Z") }),
    }),
    replace,
  ),
  mounts: set(
    {
      target: str({ required: true }),
      source: str(),
      type: str({ required: true, check: matching(/^(bind|volume|tmpfs)$/, "one of bind, volume, tmpfs") }),
      readOnly: bool(),
      bindOptions: block({
        propagation: str({
          check: matching(
            /^(private|rprivate|shared|rshared|slave|rslave)$/,
            "one of private, rprivate, shared, rshared, slave, rslave",
          ),
        }),
      }),
      volumeOptions: block({
        noCopy: bool(),
        labels: set(labelFields),
        driverName: str(),
        driverOptions: map(),
        subpath: str(replace),
      }),
      tmpfsOptions: block({ sizeBytes: int(), mode: int() }, replace),
    },
    replace,
  ),
  tmpfs: map(),
  uploads: set(
    replacing({
      file: str({ required: true }),
      content: str(),
      contentBase64: str({ check: matching(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, "base64") }),
      source: str(),
      sourceHash: str(),
      executable: bool({ default: false }),
      permissions: str({ check: matching(/^0[0-7]{3}$/, "a mode of the form 0644") }),
    }),
    replace,
  ),
  devices: set(
    replacing({
      hostPath: str({ required: true }),
      containerPath: str(),
      permissions: str({ default: "rwm" }),
    }),
    replace,
  ),
  storageOpts: map(replace),

  // limits
  memory: int({ min: 0 }),
  memoryReservation: int({ min: 0, default: 0 }),
  memorySwap: int({ min: -1 }),
  shmSize: int({ ...decided, ...replace, min: 0 }),
  cpus: str(replace),
  cpuShares: int({ min: 0 }),
  cpuSet: str({ check: matching(/^\d+([,-]\d+)*$/, "a list of CPUs such as 0-1 or 0,2") }),
  cpuPeriod: int({ min: 0 }),
  cpuQuota: int({ min: 0 }),
  ulimits: set(
    replacing({
      name: str({ required: true }),
      soft: int({ required: true }),
      hard: int({ required: true }),
    }),
    replace,
  ),
  deviceReadBps: set(throttled),
  deviceReadIops: set(throttled),
  deviceWriteBps: set(throttled),
  deviceWriteIops: set(throttled),
  deviceRequests: set(
    replacing({
      driver: str({ default: "cdi" }),
      count: int({ default: 0 }),
      deviceIds: set("string"),
      capabilities: set("string"),
      options: map(),
    }),
    replace,
  ),
  gpus: str(replace),
  deviceCgroupRules: set("string", {
    unsupported: "its behaviour in the official plugin is not known to it",
  }),

  // logs
  logDriver: str({ ...decided, ...replace }),
  logOpts: map(replace),

  // outputs
  bridge: str({ output: true }),
  containerLogs: str({ output: true }),
  exitCode: int({ output: true }),
  networkDatas: list(
    {
      networkName: str(),
      ipAddress: str(),
      ipPrefixLength: int(),
      gateway: str(),
      globalIpv6Address: str(),
      globalIpv6PrefixLength: int(),
      ipv6Gateway: str(),
      macAddress: str(),
    },
    { output: true },
  ),
};
