import { fail, neverRuns, pass, verdict, type Control } from "./control";

/** Commands that succeed whatever the state of the program. */
const ALWAYS_WELL = /^(\/?(usr\/)?bin\/)?(true|:|echo( .*)?|exit 0)$|(\|\||;)\s*(true|exit 0|:)\s*$/;

/** What a container may use up, and what happens to it when it fails or has to go. */
export const LIMIT_CONTROLS: readonly Control[] = [
  {
    id: "D7",
    title: "memory limit, no swap on top",
    source: { cis: ["5.11"], owasp: ["7"] },
    hard: true,
    observable: true,
    check: ({ view: { memory, memorySwap } }) => {
      if (memory <= 0) return fail("no memory limit");
      return memorySwap === memory
        ? pass(`${memory} MiB`)
        : fail(`${memory} MiB, with swap ${memorySwap} MiB; the same is expected`);
    },
  },
  {
    id: "D8",
    title: "CPU limit",
    source: { cis: ["5.12"], owasp: ["7"] },
    hard: true,
    observable: true,
    check: ({ view }) => (view.cpus > 0 ? pass(`${view.cpus}`) : fail("no CPU limit")),
  },
  {
    id: "D9",
    title: "limit of processes",
    source: { cis: ["5.29"], owasp: ["7"] },
    hard: false,
    observable: true,
    check: ({ view }) =>
      view.pids > 0
        ? pass(`${view.pids}`)
        : fail("none: docker.Container has no input for it, and a limit per user is another thing"),
  },
  {
    id: "D10",
    title: "a probe that can fail",
    source: { cis: ["5.27", "4.6"], owasp: [] },
    hard: true,
    observable: true,
    exempt: ({ plan }) => {
      if (plan.role === "job") return "its exit code says how it went";
      return plan.role === "writer" ? "nothing runs in it" : undefined;
    },
    check: ({ view: { probe } }) => {
      const [kind = "NONE", ...words] = probe;
      if (kind === "NONE") return fail("no probe");
      const command = words
        .join(" ")
        .replace(/^((\/usr)?\/bin\/)?(ba|da|a)?sh -e?c /, "")
        .trim();
      return command === "" || ALWAYS_WELL.test(command)
        ? fail(`"${command}" never fails`)
        : pass(shortened(command));
    },
  },
  {
    id: "D11",
    title: "restarts are bounded",
    source: { cis: ["5.15"], owasp: [] },
    hard: false,
    observable: true,
    check: ({ view: { restart } }) =>
      restart.name === "no" || (restart.name === "on-failure" && restart.retries > 0 && restart.retries <= 5)
        ? pass(restart.name)
        : fail(
            `${restart.name}, on purpose: a platform comes back after a reboot, and an alert counts restarts`,
          ),
  },
  {
    id: "D25",
    title: "logs rotate",
    source: { cis: ["2.13"], owasp: ["10"] },
    hard: true,
    observable: true,
    check: ({ view: { log } }) => {
      const bounded = log.options["max-size"] !== undefined && Number(log.options["max-file"]) >= 1;
      return ["json-file", "local"].includes(log.driver) && bounded
        ? pass(`${log.driver}, ${log.options["max-file"]} × ${log.options["max-size"]}`)
        : fail(
            `"${log.driver}" with ${JSON.stringify(log.options)}; json-file or local with max-size and max-file is expected`,
          );
    },
  },
  {
    id: "D26",
    title: "time to stop, the right signal, an init",
    source: { cis: [], owasp: [] },
    hard: false,
    observable: true,
    exempt: (subject) => (neverRuns(subject) ? "there is nothing to stop" : undefined),
    check: ({ view, plan }) =>
      verdict(
        [
          ...(view.stopSeconds >= plan.stopSeconds
            ? []
            : [`is killed after ${view.stopSeconds} s of ${plan.stopSeconds} s`]),
          ...(view.deleteSeconds === undefined || view.deleteSeconds >= plan.stopSeconds
            ? []
            : [`is killed after ${view.deleteSeconds} s of ${plan.stopSeconds} s when it is replaced`]),
          ...(plan.stopSignal === undefined || view.stopSignal === plan.stopSignal
            ? []
            : [`is stopped by "${view.stopSignal}" instead of ${plan.stopSignal}`]),
          ...(view.init ? [] : ["has no init"]),
        ],
        `${view.stopSeconds} s`,
      ),
  },
];

function shortened(command: string): string {
  return command.length <= 60 ? command : `${command.slice(0, 59)}…`;
}
