import { z } from "zod";
import { callerOf, HttpError, refusals, roles, type Http } from "../../kit";
import { SESSION_COOKIE } from "../../contracts/session";
import { cookieOf, isForm } from "./forms";
import { clearSession } from "./login-routes";
import { PASSWORD_LENGTH } from "./passwords";
import type { Parts } from "./parts";
import { retryLater } from "./token-routes";

export const newPassword = z
  .string()
  .min(PASSWORD_LENGTH.min, { error: `wants ${PASSWORD_LENGTH.min} characters or more` })
  .max(PASSWORD_LENGTH.max, { error: `wants ${PASSWORD_LENGTH.max} characters or less` });

/** What everybody does with their own login. */
export function addAccountRoutes(http: Http, { users, grants, logins, audit }: Parts): void {
  http.get(
    "/me",
    {
      config: { role: "viewer" },
      schema: {
        summary: "Who asks, as authn knows them now",
        tags: ["account"],
        response: {
          200: z.object({
            subject: z.string(),
            kind: z.enum(["user", "service"]),
            role: z.enum(roles),
            accounts: z.array(z.string()),
          }),
        },
      },
    },
    (request) => {
      const { subject, kind, role, accounts } = callerOf(request);
      return { subject, kind, role, accounts: [...accounts] };
    },
  );
  // who has the token or the cookie may end it: nothing else is asked
  http.post(
    "/logout",
    {
      config: { role: "public" },
      schema: {
        summary: "Ends a refresh token with all that came of it, and the browser's session",
        tags: ["account"],
        body: z.object({ refresh_token: z.string().max(1024).optional() }).nullish(),
        response: {
          204: z.null(),
          303: z.null().describe("To the login page, for its own form"),
          ...refusals(503),
        },
      },
    },
    async (request, reply) => {
      const session = cookieOf(request.headers.cookie, SESSION_COOKIE);
      for (const token of [request.body?.refresh_token, session]) {
        const name = token === undefined ? undefined : await grants.end(token);
        if (name !== undefined) audit.note({ act: "logout", actor: name, outcome: "allowed" });
      }
      if (session !== undefined) void reply.header("set-cookie", clearSession);
      if (isForm(request)) return reply.code(303).header("location", "login").send(null);
      return reply.code(204).send(null);
    },
  );
  http.post(
    "/me/password",
    {
      config: { role: "viewer" },
      schema: {
        summary: "A new password; ends every session and refresh token of the user",
        tags: ["account"],
        body: z.strictObject({ current: z.string().min(1).max(1024), new: newPassword }),
        response: { 204: z.null(), ...refusals(429) },
      },
    },
    async (request, reply) => {
      const { subject, kind, role } = callerOf(request);
      if (kind !== "user")
        throw new HttpError(403, "not_a_user", "A service's secret is in its file; it has no password.");
      const { current, new: next } = request.body;
      if (current === next)
        throw new HttpError(400, "same_password", "The new password is the old one; choose another.");
      if (!(await retryLater(reply, () => logins.check(subject, current, "password"))))
        throw new HttpError(403, "wrong_password", "The current password is wrong.");
      await users.setPassword(subject, next);
      audit.note({ act: "password", actor: subject, role, outcome: "allowed", details: { user: subject } });
      return reply.code(204).send(null);
    },
  );
}
