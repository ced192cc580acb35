/** `.dockerignore` rules: the last pattern that matches a path, or a folder it lies in, decides. */
export function ignoreMatcher(lines: readonly string[]): (path: string) => boolean {
  const rules = lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const keep = line.startsWith("!");
      const pattern = clean(keep ? line.slice(1).trim() : line);
      return { keep, matches: toRegExp(pattern) };
    });
  return (path) => {
    const parts = path.split("/");
    const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    let ignored = false;
    for (const rule of rules) if (prefixes.some((prefix) => rule.matches.test(prefix))) ignored = !rule.keep;
    return ignored;
  };
}

function clean(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

function toRegExp(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (pattern.startsWith("**/", at)) {
      source += "(?:.*/)?";
      at += 2;
    } else if (pattern.startsWith("**", at)) {
      source += ".*";
      at += 1;
    } else if (char === "*") {
      source += "[^/]*";
    } else if (char === "?") {
      source += "[^/]";
    } else if (char === "[") {
      const end = pattern.indexOf("]", at + 1);
      source += end < 0 ? "\\[" : pattern.slice(at, end + 1).replace(/^\[!/, "[^");
      if (end >= 0) at = end;
    } else if (char === "\\" && at + 1 < pattern.length) {
      at += 1;
      source += escaped(pattern.charAt(at));
    } else {
      source += escaped(char);
    }
  }
  return new RegExp(`^${source}$`);
}

const escaped = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
