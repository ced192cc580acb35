import type { Case } from "../spec";
import { idle, output, unstarted, volume } from "../spec";

const job = (code: number, line: string, more: Parameters<typeof idle>[0] = {}) =>
  idle({
    command: ["exit", String(code), line],
    attach: true,
    logs: true,
    mustRun: false,
    restart: "no",
    ...more,
  });
const DONE = { job: ["exitCode", "containerLogs"] } as const;

/** A writer and its reader on one volume: what a reloadable configuration is made of. */
const written = (content: string): Case["one"] => ({
  files: volume(),
  writer: unstarted({
    volumes: [{ volumeName: output("files", "name"), containerPath: "/config" }],
    uploads: [
      { file: "/config/a.conf", content },
      { file: "/config/b.conf", content: "constant" },
    ],
  }),
  reader: idle(
    { volumes: [{ volumeName: output("files", "name"), containerPath: "/etc/conf", readOnly: true }] },
    { dependsOn: ["writer"] },
  ),
});

export const jobCases: readonly Case[] = [
  {
    name: "job-succeeds",
    why: "create waits for the end, logs are an output, nothing runs again",
    one: { job: job(0, "done") },
    two: { job: job(0, "again") },
    outputs: DONE,
    look: { job: ["State.Status", "State.ExitCode"] },
  },
  {
    name: "job-fails",
    why: "a code other than 0 does not fail the deployment",
    one: { job: job(7, "boo") },
    outputs: DONE,
    look: { job: ["State.Status", "State.ExitCode"] },
  },
  {
    name: "job-without-logs",
    why: "no logs are kept",
    one: { job: job(0, "done", { logs: false }) },
    outputs: DONE,
  },
  {
    name: "job-must-run",
    why: "without mustRun: false every up starts it again",
    one: { job: idle({ command: ["exit", "0", "done"], attach: true, logs: true, restart: "no" }) },
    outputs: DONE,
  },
  {
    name: "job-keyed",
    why: "a label is the revision that runs it again",
    one: { job: job(0, "done", { labels: [{ label: "revision", value: "1" }] }) },
    two: { job: job(0, "done", { labels: [{ label: "revision", value: "2" }] }) },
    outputs: DONE,
  },
  {
    name: "job-unattached",
    why: "started and left alone",
    one: { job: idle({ command: ["exit", "3"], mustRun: false, restart: "no" }) },
    look: { job: ["State.Status", "State.ExitCode"] },
  },
  {
    name: "writer",
    why: "a changed file replaces the writer alone, and the reader sees it",
    one: written("one"),
    two: written("two"),
    look: {
      writer: ["State.Status"],
      reader: ["file:/etc/conf/a.conf", "file:/etc/conf/b.conf"],
    },
  },
  {
    name: "writer-secret",
    why: "a secret part makes all uploads secret",
    one: {
      files: volume(),
      writer: unstarted({
        volumes: [{ volumeName: output("files", "name"), containerPath: "/config" }],
        uploads: [{ file: "/config/key", content: output("key", "result"), permissions: "0444" }],
      }),
      key: { kind: "password", args: { length: 24, special: false } },
    },
    two: {
      files: volume(),
      writer: unstarted({
        volumes: [{ volumeName: output("files", "name"), containerPath: "/config" }],
        uploads: [{ file: "/config/key", content: output("key", "result"), permissions: "0444" }],
      }),
      key: { kind: "password", args: { length: 24, special: false, keepers: { rotation: "2" } } },
    },
    outputs: { writer: ["uploads"] },
  },
  {
    name: "uploads",
    why: "modes and owners of uploaded files",
    one: {
      c: unstarted({
        uploads: [
          { file: "/etc/plain", content: "plain" },
          { file: "/etc/run", content: "run", executable: true },
          { file: "/etc/mode", content: "mode", permissions: "0600" },
          { file: "/etc/base64", contentBase64: "YmFzZTY0" },
        ],
      }),
      order: unstarted({
        uploads: [
          { file: "/etc/b", content: "b" },
          { file: "/etc/a", content: "a" },
        ],
      }),
    },
    two: {
      c: unstarted({
        uploads: [
          { file: "/etc/plain", content: "plain" },
          { file: "/etc/run", content: "run", executable: true },
          { file: "/etc/mode", content: "mode", permissions: "0640" },
          { file: "/etc/base64", contentBase64: "YmFzZTY0" },
        ],
      }),
      order: unstarted({
        uploads: [
          { file: "/etc/a", content: "a" },
          { file: "/etc/b", content: "b" },
        ],
      }),
    },
    look: { c: ["file:/etc/plain", "file:/etc/run", "file:/etc/mode", "file:/etc/base64"] },
  },
  {
    name: "volumes-order",
    why: "the order of volumes means nothing, read-only does",
    one: {
      a: volume(),
      b: volume(),
      order: idle({
        volumes: [
          { volumeName: output("a", "name"), containerPath: "/a" },
          { volumeName: output("b", "name"), containerPath: "/b", readOnly: true },
        ],
      }),
      mode: idle({ volumes: [{ volumeName: output("a", "name"), containerPath: "/a" }] }),
    },
    two: {
      a: volume(),
      b: volume(),
      order: idle({
        volumes: [
          { volumeName: output("b", "name"), containerPath: "/b", readOnly: true },
          { volumeName: output("a", "name"), containerPath: "/a" },
        ],
      }),
      mode: idle({ volumes: [{ volumeName: output("a", "name"), containerPath: "/a", readOnly: true }] }),
    },
    look: { mode: ["HostConfig.Binds"] },
  },
];
