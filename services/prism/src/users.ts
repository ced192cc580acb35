import { createHash, timingSafeEqual } from "node:crypto";
import { ConfigError } from "../../kit/config";
import { HttpError } from "../../kit/errors";

/** SHA-256 of the password, by name. */
export type Users = ReadonlyMap<string, Buffer>;

const line = /^([^:\s]{1,64}):([0-9a-f]{64})$/;

/**
 * Lines `<username>:<sha256 of the password, 64 hexadecimal digits>`; empty ones and those that begin with # are
 * skipped.
 *
 * @throws {ConfigError} which tells the numbers of the lines, never what is in them
 */
export function readUsers(text: string): Users {
  const users = new Map<string, Buffer>();
  const problems: string[] = [];
  text.split(/\r?\n/).forEach((each, index) => {
    if (each.trim() === "" || each.startsWith("#")) return;
    const [, name, hash] = line.exec(each.trim()) ?? [];
    if (name === undefined || hash === undefined)
      problems.push(`USERS_FILE: line ${index + 1} is not <username>:<sha256 in 64 hexadecimal digits>`);
    else if (users.has(name))
      problems.push(`USERS_FILE: line ${index + 1} has a user that an earlier one has`);
    else users.set(name, Buffer.from(hash, "hex"));
  });
  if (users.size === 0 && problems.length === 0) problems.push("USERS_FILE: no user in it");
  if (problems.length > 0) throw new ConfigError(problems);
  return users;
}

const nobody = Buffer.alloc(32);

/**
 * HTTP Basic, RFC 7617. An unknown user takes as long as a wrong password.
 *
 * @returns the user
 * @throws {HttpError} 401
 */
export function checkBasic(users: Users, authorization: string | undefined): string {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined)
    throw new HttpError(401, "credentials_missing", "Send a user and password: Authorization: Basic …");
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const [name, password] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  const known = users.get(name);
  const given = createHash("sha256").update(password).digest();
  const equal = timingSafeEqual(given, known ?? nobody);
  if (!known || !equal || colon < 0)
    throw new HttpError(401, "credentials_wrong", "The user or the password is wrong.");
  return name;
}
