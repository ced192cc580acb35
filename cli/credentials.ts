import type { StackConfig } from "./config/stack-config";
import type { Context } from "./context";
import { withStack } from "./session";

/** The forms of one credential that the state holds. */
export interface CredentialValue {
  readonly plain: string;
  readonly bcrypt: string;
}

const PASSWORD = "random:index/randomPassword:RandomPassword";
/** How the engine marks a secret in an exported state. */
const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** Reads the generated credentials out of the state, by their names. Empty before the first `up`. */
export async function credentialValues(
  context: Context,
  config: StackConfig,
  say: (line: string) => void,
): Promise<ReadonlyMap<string, CredentialValue>> {
  const state = await withStack(context, config, { say }, (deployment) => deployment.exportState());
  return credentialsInState(state.deployment as StateContent);
}

export interface StateContent {
  readonly resources?: readonly {
    readonly type: string;
    readonly urn: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
  }[];
}

/** @throws Error when a value is still encrypted */
export function credentialsInState({ resources = [] }: StateContent): ReadonlyMap<string, CredentialValue> {
  return new Map(
    resources
      .filter(({ type }) => type === PASSWORD)
      .map(({ urn, outputs = {} }) => {
        const name = urn.slice(urn.lastIndexOf("::") + 2);
        return [
          name,
          { plain: plainText(outputs["result"], name), bcrypt: plainText(outputs["bcryptHash"], name) },
        ] as const;
      }),
  );
}

function plainText(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  const secret = value as Readonly<Record<string, unknown>> | undefined;
  const text = secret?.[SECRET_KEY] === undefined ? undefined : secret["plaintext"];
  const decoded: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
  if (typeof decoded !== "string")
    throw new Error(`the state holds no readable value of the credential ${name}`);
  return decoded;
}
