/**
 * Credentials by reference. The model says which credentials exist and where each goes; the values are made
 * by the deployment and never pass through here, so that plans, diffs and exports can be shown to anybody.
 */

/** How a program takes a credential. Hashes where it understands them, so the value itself stays away. */
export type SecretForm =
  | "plain"
  /** bcrypt of the value (NATS, Traefik basic auth, OpenSearch). */
  | "bcrypt"
  /** lower-case hex SHA-256 (Valkey ACL, ClickHouse). */
  | "sha256"
  /** base64 of `<username>:<value>`, for who shows it in an Authorization header: no less a secret than the value. */
  | "basic";

/** A credential, generated as 40 letters and digits (238 bits), safe unquoted in URLs and in every config format. */
export interface Credential {
  /** Unique and stable: `<service>-<user>`; also the logical name of the generated resource. */
  readonly id: string;
  /** Who presents it. */
  readonly username: string;
  /** What it opens, for `./trade2026 secrets`. */
  readonly purpose: string;
  /** Data written under it is lost with it: then it is protected like the data. */
  readonly protectsData: boolean;
  /** Not generated but the operator's own: the file that holds it on the machine that deploys. */
  readonly file?: string;
}

export const CREDENTIAL_LENGTH = 40;

export interface SecretRef {
  readonly credential: string;
  readonly form: SecretForm;
}

/** File content with references to credentials in it. */
export interface SecretText {
  readonly parts: readonly (string | SecretRef)[];
}

export type Content = string | SecretText;

export function secretRef(credential: Credential, form: SecretForm = "plain"): SecretRef {
  return { credential: credential.id, form };
}

/** Tagged template: secretText`password = "${secretRef(admin)}"`. Strings and nested texts are spliced in. */
export function secretText(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | SecretRef | SecretText)[]
): SecretText {
  return joinTexts(
    strings.flatMap((text, index) => {
      const value = values[index];
      if (value === undefined) return [text];
      return [text, typeof value === "number" ? String(value) : value];
    }),
  );
}

/** Concatenates pieces, merging neighbouring strings so that equal texts have equal parts. */
export function joinTexts(pieces: readonly (string | SecretRef | SecretText)[], separator = ""): SecretText {
  const parts: (string | SecretRef)[] = [];
  const push = (part: string | SecretRef): void => {
    const last = parts[parts.length - 1];
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else if (part !== "") parts.push(part);
  };
  pieces.forEach((piece, index) => {
    if (index > 0 && separator !== "") push(separator);
    if (typeof piece === "object" && "parts" in piece) piece.parts.forEach(push);
    else push(piece);
  });
  return { parts };
}

/** What follows `Basic ` in an Authorization header (RFC 7617). */
export function basicCredential(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

export function credentialsIn(content: Content): readonly SecretRef[] {
  return typeof content === "string" ? [] : content.parts.filter((part) => typeof part !== "string");
}

/** Replaces every reference; the deployment passes real values, tests and exports pass placeholders. */
export function resolveContent(content: Content, value: (ref: SecretRef) => string): string {
  if (typeof content === "string") return content;
  return content.parts.map((part) => (typeof part === "string" ? part : value(part))).join("");
}
