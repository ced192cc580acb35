export const DEFAULT_STACK = "dev";

/** What of the command line that runs matters to what it tells people to type. */
export interface Invocation {
  readonly stack: string;
  /** `key=value`, as given by --set. */
  readonly set: readonly string[];
}

let current: Invocation = { stack: DEFAULT_STACK, set: [] };

/** Says which command line runs; there is one in a process. */
export function setInvocation(invocation: Invocation): void {
  current = invocation;
}

const NAMED =
  /\.\/trade2026 (?:ca [a-z]+|images [a-z]+|export [a-z]+|up|preview|down|status|logs|load|trading|halt|resume|urls|secrets|doctor|diff|cancel)\b(?! --stack)/g;

/** Commands that a text names, for the stack that this command is about: as printed they can be typed. */
export function forThisStack(text: string, { stack } = current): string {
  return stack === DEFAULT_STACK ? text : text.replace(NAMED, `$& --stack ${stack}`);
}

/**
 * The settings' problems name Pulumi's own command, which this one does without. What was given by --set is not
 * remembered when it is refused, and so has to be given again.
 */
export function inTermsOfTheCommand(message: string, { set } = current): string {
  const given = new Set(set.map((text) => text.split("=", 1)[0]?.replace(/^trade2026:/, "")));
  return message
    .replace(/pulumi config set (?:--path )?trade2026:(\S+) (.+)$/gm, (_, key: string, value: string) =>
      set.length === 0
        ? `./trade2026 up --set ${key}=${value}`
        : `the same command with --set ${key}=${value}`,
    )
    .replace(/pulumi config rm (?:--path )?trade2026:(\S+)$/gm, (_, key: string) =>
      given.has(key)
        ? `the same command without --set ${key}=…`
        : `./trade2026 up --unset ${key}, or remove it from the stack's file`,
    );
}
