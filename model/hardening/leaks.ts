import type { ContainerView } from "./view";

/** "secrets" is a collection, whose revision or place may be named. */
const SECRET_NAME = /(PASS(WORD|WD|PHRASE)|SECRET(?!S)|TOKEN|(API|PRIVATE|ACCESS)[_-]?KEY|CREDENTIAL)/i;
/** Names of places, not of what is there. */
const PLACE_NAME = /_(FILE|PATH|DIR|NAME|URL|ENDPOINT|TTL|EXPIRY)$/i;
const USER_INFO = /:\/\/[^\s/:@]+:[^\s/@]+@/;
/** Long enough to be a credential; ours have 40 characters. */
const LONG_WORD = /[A-Za-z0-9+_-]{24,}/g;
/** Bits a character: random letters and digits come to 4.3 and more at 24 characters, words and paths stay below. */
const RANDOM = 4;

/** Secrets in plain sight: by the name of the variable, by the form of a URL, or because they look random. */
export function leaks({
  environment,
  labels,
  command,
  probe,
}: Pick<ContainerView, "environment" | "labels" | "command" | "probe">): readonly string[] {
  const named = [
    ...environment.map((entry) => ["environment", ...split(entry)] as const),
    ...Object.entries(labels).map(([name, value]) => ["label", name, value] as const),
  ];
  return [
    ...named
      .filter(([, name, value]) => isNamedSecret(name, value))
      .map(([kind, name]) => `${kind} ${name} looks like a credential`),
    ...named
      .filter(([, , value]) => isSecretValue(value))
      .map(([kind, name]) => `the value of ${kind} ${name} looks like a credential`),
    ...wordLeaks("command", command),
    ...wordLeaks("probe", probe),
  ];
}

function wordLeaks(kind: string, words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) =>
    isSecretValue(word) || isNamedFlag(word)
      ? [`word ${index + 1} of the ${kind} looks like a credential`]
      : [],
  );
}

function split(entry: string): readonly [string, string] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** A path is where the secret is, not the secret. */
function isNamedSecret(name: string, value: string): boolean {
  return SECRET_NAME.test(name) && !PLACE_NAME.test(name) && value !== "" && !value.startsWith("/");
}

function isSecretValue(text: string): boolean {
  return USER_INFO.test(text) || (text.match(LONG_WORD) ?? []).some(isRandom);
}

/** `--password=hunter2` */
function isNamedFlag(word: string): boolean {
  const flag = /^--?([A-Za-z][\w-]*)=(.+)$/.exec(word);
  return flag?.[1] !== undefined && isNamedSecret(flag[1].replaceAll("-", "_"), flag[2] ?? "");
}

/** Hex digests have one case only, and prose has no digits. */
function isRandom(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word) && entropy(word) >= RANDOM;
}

/** Shannon entropy, bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce(
    (sum, count) => sum - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}
