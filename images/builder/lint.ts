/**
 * Rules for the Dockerfiles of images/: what hadolint and the CIS benchmark ask for, and what our builder needs.
 * Every finding names its rule, so that a test can say which one it expects.
 */
export interface Finding {
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

interface Instruction {
  readonly line: number;
  readonly name: string;
  /** Continued lines joined, comments left out. */
  readonly text: string;
}

interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly broken: (instruction: Instruction, file: readonly Instruction[]) => boolean;
}

const only =
  (name: string, test: (text: string) => boolean) =>
  (instruction: Instruction): boolean =>
    instruction.name === name && test(instruction.text);

const installs = (text: string): readonly string[] =>
  commands(text).filter((command) => /^apt-get (\S+ )*install\b/.test(command));

const RULES: readonly Rule[] = [
  {
    rule: "no-add",
    message: "COPY says what it does; ADD unpacks and downloads",
    broken: (i) => i.name === "ADD",
  },
  {
    rule: "from",
    message: "FROM takes ${BASE}, scratch or an earlier stage: recipes pull nothing",
    broken: (i, file) => i.name === "FROM" && !isAllowedFrom(i, file),
  },
  { rule: "no-latest", message: "latest is no version", broken: (i) => /\blatest\b/.test(i.text) },
  {
    rule: "apt-upgrade",
    message: "the base recipe takes Debian's updates; do not upgrade here",
    broken: only("RUN", (text) => /\bapt(-get)?\b.*\b(upgrade|dist-upgrade|full-upgrade)\b/.test(text)),
  },
  {
    rule: "apt-get",
    message: "apt is for people; use apt-get",
    broken: only("RUN", (text) => /(^|[;&|]\s*)apt\s/.test(text)),
  },
  {
    rule: "apt-update",
    message: "run apt-get update in the same RUN, before the install",
    broken: only(
      "RUN",
      (text) => installs(text).length > 0 && !/apt-get update.*apt-get (\S+ )*install/.test(text),
    ),
  },
  {
    rule: "apt-flags",
    message: "install with -y --no-install-recommends",
    broken: only("RUN", (text) =>
      installs(text).some((command) => !/ -y\b/.test(command) || !/--no-install-recommends/.test(command)),
    ),
  },
  {
    rule: "apt-version",
    message: "name each package with its version, such as valkey-server=8.1.*",
    broken: only("RUN", (text) =>
      installs(text).some((command) =>
        packagesOf(command).some((name) => !/^[a-z0-9.+-]+=[0-9]\S*$/.test(name)),
      ),
    ),
  },
  {
    rule: "apt-lists",
    message: "remove /var/lib/apt/lists/* in the RUN that filled it",
    broken: only(
      "RUN",
      (text) =>
        /apt-get update/.test(text) && !/apt-get update.*rm -rf [^&;|]*\/var\/lib\/apt\/lists\/\*/.test(text),
    ),
  },
  {
    rule: "no-cd",
    message: "use WORKDIR or absolute paths",
    broken: only("RUN", (text) => commands(text).some((command) => /^cd\b/.test(command))),
  },
  {
    rule: "no-sudo",
    message: "no sudo and no ssh in an image",
    broken: only("RUN", (text) => /\b(sudo|ssh|openssh-server)\b/.test(text)),
  },
  {
    rule: "setuid",
    message: "nothing in a container becomes another user",
    broken: only("RUN", (text) =>
      /chmod\s+(-\S+\s+)*([ugoa]*\+[rwx]*s|[2467]\d{3}\b)|--mode=[2467]\d{3}\b/.test(text),
    ),
  },
  {
    rule: "pipefail",
    message: 'a failure before a pipe goes unseen: SHELL ["/bin/bash", "-o", "pipefail", "-c"], or no pipe',
    broken: (i, file) =>
      i.name === "RUN" &&
      /[^|]\|[^|]/.test(i.text) &&
      !file.some((other) => other.name === "SHELL" && /"pipefail"/.test(other.text)),
  },
  {
    rule: "exec-form",
    message: "ENTRYPOINT and CMD are JSON arrays: a shell would swallow signals",
    broken: (i) => (i.name === "ENTRYPOINT" || i.name === "CMD") && !isJsonArray(i.text),
  },
  {
    rule: "workdir",
    message: "WORKDIR takes an absolute path",
    broken: only("WORKDIR", (text) => !text.startsWith("/")),
  },
  {
    rule: "no-secret",
    message: "what is in ENV or ARG is in the image's history for ever",
    broken: (i) =>
      (i.name === "ENV" || i.name === "ARG") &&
      variables(i.text).some((name) => /PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PROXY/i.test(name)),
  },
  {
    rule: "classic-builder",
    message: "the classic builder takes no RUN --…, COPY --chmod/--link and heredocs",
    broken: (i) =>
      (i.name === "RUN" && /^--/.test(i.text)) ||
      (i.name === "COPY" && /--(chmod|link|parents|exclude)\b/.test(i.text)) ||
      /<<-?['"]?\w/.test(i.text),
  },
  {
    rule: "no-healthcheck",
    message: "probes are declared with the service",
    broken: (i) => i.name === "HEALTHCHECK",
  },
];

/** Everything that is wrong with a Dockerfile, by line; empty when it is fine. */
export function lintDockerfile(text: string): readonly Finding[] {
  const file = parseDockerfile(text);
  const findings = file.flatMap((instruction) =>
    RULES.filter(({ broken }) => broken(instruction, file)).map(({ rule, message }) => ({
      line: instruction.line,
      rule,
      message,
    })),
  );
  return [...findings, ...userFindings(file)];
}

/** The last stage has to end as somebody who is not root, by number: names need a file that the engine may not see. */
function userFindings(file: readonly Instruction[]): readonly Finding[] {
  const lastStage = file.slice(file.findLastIndex(({ name }) => name === "FROM"));
  const user = lastStage.findLast(({ name }) => name === "USER");
  if (user && /^[1-9]\d*(:[1-9]\d*)?$/.test(user.text)) return [];
  const line = user?.line ?? file.at(-1)?.line ?? 1;
  return [{ line, rule: "user", message: "the last stage ends with a numeric USER that is not root" }];
}

function parseDockerfile(text: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  let open: { line: number; parts: string[] } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    open ??= { line: index + 1, parts: [] };
    open.parts.push(line.replace(/\\$/, "").trim());
    if (line.endsWith("\\")) continue;
    const [name = "", ...rest] = open.parts.join(" ").split(/\s+/);
    instructions.push({ line: open.line, name: name.toUpperCase(), text: rest.join(" ") });
    open = undefined;
  }
  return instructions;
}

function isAllowedFrom(from: Instruction, file: readonly Instruction[]): boolean {
  const [image = ""] = from.text.split(" ");
  const stages = file
    .slice(0, file.indexOf(from))
    .flatMap(({ name, text }) => (name === "FROM" ? [/ AS (\S+)$/i.exec(text)?.[1] ?? ""] : []));
  return image === "${BASE}" || image === "scratch" || (image !== "" && stages.includes(image));
}

function commands(text: string): readonly string[] {
  return text.split(/&&|\|\||;/).map((command) => command.trim());
}

function packagesOf(install: string): readonly string[] {
  const words = install
    .replace(/^.*?\binstall\b/, "")
    .trim()
    .split(/\s+/);
  return words.filter((word, index) => word !== "" && !word.startsWith("-") && words[index - 1] !== "-o");
}

function variables(text: string): readonly string[] {
  return text.split(/\s+/).map((assignment) => assignment.split("=")[0] ?? "");
}

function isJsonArray(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === "string");
  } catch {
    return false;
  }
}
