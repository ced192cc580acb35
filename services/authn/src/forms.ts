import type { FastifyRequest } from "fastify";
import { HttpError, type Http } from "../../kit";

const FORM = "application/x-www-form-urlencoded";

/** Bodies of HTML forms, and of OAuth 2.0: `application/x-www-form-urlencoded`. */
export function acceptForms(http: Http): void {
  http.addContentTypeParser(FORM, { parseAs: "string", bodyLimit: 16 * 1024 }, (_request, body, done) => {
    try {
      done(null, fieldsOf(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** @throws {HttpError} when a field is there twice: who checks one and who uses the other would disagree (RFC 6749, 3.2) */
function fieldsOf(body: string): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (fields.has(name))
      throw new HttpError(
        400,
        "invalid_request",
        `The field ${name.slice(0, 40)} is there twice; send it once.`,
      );
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

export function isForm({ headers }: FastifyRequest): boolean {
  return headers["content-type"]?.split(";")[0]?.trim().toLowerCase() === FORM;
}

/** The header without that cookie; empty when there is no other. */
export function otherCookies(header: string | undefined, name: string): string {
  const parts = (header ?? "").split(";").map((part) => part.trim());
  return parts.filter((part) => part !== "" && part.split("=")[0]?.trim() !== name).join("; ");
}

/** The value of a cookie in the header; the first one of that name, as browsers put the most specific one first. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}
