const PLACEHOLDER = /^\$\{?\w+\}?$/;

/** What is wrong with a Dockerfile, each as the end of a sentence that begins with its path. */
export function dockerfileProblems(text: string): readonly string[] {
  const instructions = parse(text);
  return [
    ...instructions.flatMap(([keyword, words]) => instructionProblems(keyword, words)),
    ...userProblems(instructions),
  ];
}

type Instruction = readonly [keyword: string, words: string];

/** Logical lines: continued ones joined, comments dropped. */
function parse(text: string): readonly Instruction[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replace(/\\\n/g, " ")
    .split("\n")
    .flatMap((line): Instruction[] => {
      const match = /^\s*(\w+)\s+(.*)$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1].toUpperCase(), (match[2] ?? "").trim()]];
    });
}

function instructionProblems(keyword: string, words: string): readonly string[] {
  switch (keyword) {
    case "ADD":
      return ["uses ADD; COPY is expected"];
    case "WORKDIR":
      return words.startsWith("/") || PLACEHOLDER.test(words) ? [] : [`has the relative WORKDIR ${words}`];
    case "ENV":
    case "ARG":
      return /^\w*(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)\w*([=\s]|$)/i.test(words) &&
        !/^\w*_FILE[=\s]/i.test(words)
        ? [`has a secret in ${keyword}`]
        : [];
    case "RUN":
      return words.split(/&&|\|\||;/).flatMap((command) => commandProblems(command.trim().split(/\s+/)));
    default:
      return [];
  }
}

function commandProblems(words: readonly string[]): readonly string[] {
  const [program = "", ...rest] = words;
  if (program === "cd") return ["changes folder in RUN; WORKDIR is expected"];
  if (/^apt(-get)?$/.test(program)) return aptProblems(rest);
  if (/^pip3?$/.test(program)) return pipProblems(rest);
  if (program === "chmod" && rest.some((word) => /^0?[2467]\d{3}$|^[ugoa]*\+[rwx]*s/.test(word)))
    return ["sets a setuid or setgid bit"];
  return [];
}

function aptProblems(words: readonly string[]): readonly string[] {
  if (words.some((word) => /^(dist-|full-)?upgrade$/.test(word)))
    return ["upgrades packages; a newer base is expected"];
  const at = words.indexOf("install");
  if (at < 0) return [];
  return words
    .slice(at + 1)
    .filter((word) => !word.startsWith("-") && !word.includes("="))
    .map((name) => `installs ${name} without a version`);
}

function pipProblems(words: readonly string[]): readonly string[] {
  const at = words.indexOf("install");
  if (at < 0 || words.some((word) => word === "-r" || word.startsWith("--requirement"))) return [];
  return words
    .slice(at + 1)
    .filter((word) => /^[A-Za-z]/.test(word) && !word.includes("=="))
    .map((name) => `installs ${name} without a version`);
}

/** The last USER of the last stage counts. */
function userProblems(instructions: readonly Instruction[]): readonly string[] {
  const stage = instructions.slice(instructions.findLastIndex(([keyword]) => keyword === "FROM") + 1);
  const user = stage.findLast(([keyword]) => keyword === "USER")?.[1];
  if (user === undefined) return ["names no USER"];
  return /^[1-9]\d*(:[1-9]\d*)?$/.test(user)
    ? []
    : [`ends as USER ${user}; a number other than 0 is expected`];
}
