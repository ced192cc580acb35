import { z } from "zod";
import { identifier } from "../../contracts";
import { callerOf, HttpError, refusals, roles, type Http } from "../../kit";
import { newPassword } from "./account-routes";
import type { Act } from "./audit";
import type { Parts } from "./parts";
import type { Changed, User } from "./users";

const accounts = z
  .array(z.union([identifier, z.literal("*")]))
  .min(1, { error: 'wants an account or more; "*" is all of them' })
  .max(1000);
const userAnswer = z
  .object({
    name: z.string(),
    role: z.enum(roles),
    accounts: z.array(z.string()),
    disabled: z.boolean(),
  })
  .meta({ id: "User" });
const named = z.object({ name: identifier });
const change = z
  .strictObject({
    role: z.enum(roles).optional(),
    accounts: accounts.optional(),
    disabled: z.boolean().optional(),
  })
  .refine((given) => Object.keys(given).length > 0, { error: "wants role, accounts or disabled" })
  .meta({ minProperties: 1 });

/** Admins manage users. What a change takes away ends what was granted before. */
export function addUserRoutes(http: Http, { users, clients, audit }: Parts): void {
  const admin = { role: "admin" } as const;
  const note = (
    act: Act,
    request: Parameters<typeof callerOf>[0],
    details: Readonly<Record<string, unknown>>,
  ) => {
    const { subject, role } = callerOf(request);
    audit.note({ act, actor: subject, role, outcome: "allowed", details });
  };
  http.get(
    "/users",
    {
      config: admin,
      schema: { summary: "All users", tags: ["users"], response: { 200: z.array(userAnswer) } },
    },
    async () => (await users.list()).map(shown),
  );
  http.get(
    "/users/:name",
    {
      config: admin,
      schema: { summary: "A user", tags: ["users"], params: named, response: { 200: userAnswer } },
    },
    async ({ params }) => shown((await users.find(params.name)) ?? unknown(params.name)),
  );
  http.post(
    "/users",
    {
      config: admin,
      schema: {
        summary: "A new user",
        tags: ["users"],
        body: z.strictObject({ name: identifier, role: z.enum(roles), accounts, password: newPassword }),
        response: { 201: userAnswer, ...refusals(409) },
      },
    },
    async (request, reply) => {
      const { password, ...user } = request.body;
      // audits name both alike
      if (clients.has(user.name) || !(await users.create(user, password)))
        throw new HttpError(409, "name_taken", `${user.name} is taken; choose another name.`);
      note("user-create", request, { user: user.name, role: user.role, accounts: user.accounts });
      return reply.code(201).send({ ...user, disabled: false });
    },
  );
  http.patch(
    "/users/:name",
    {
      config: admin,
      schema: {
        summary: "Changes a user; ends its sessions and refresh tokens",
        tags: ["users"],
        params: named,
        body: change,
        response: { 200: userAnswer, ...refusals(409) },
      },
    },
    async (request) => {
      const { role, accounts: allowed, disabled } = request.body;
      const user = settled(
        request.params.name,
        await users.change(request.params.name, {
          ...(role === undefined ? {} : { role }),
          ...(allowed === undefined ? {} : { accounts: allowed }),
          ...(disabled === undefined ? {} : { disabled }),
        }),
      );
      note("user-change", request, { user: user.name, ...request.body });
      return shown(user);
    },
  );
  http.put(
    "/users/:name/password",
    {
      config: admin,
      schema: {
        summary: "A new password for a user; ends its sessions and refresh tokens",
        tags: ["users"],
        params: named,
        body: z.strictObject({ password: newPassword }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!(await users.setPassword(name, request.body.password))) unknown(name);
      note("password", request, { user: name });
      return reply.code(204).send(null);
    },
  );
  http.delete(
    "/users/:name",
    {
      config: admin,
      schema: {
        summary: "Removes a user",
        tags: ["users"],
        params: named,
        response: { 204: z.null(), ...refusals(409) },
      },
    },
    async (request, reply) => {
      const { name } = settled(request.params.name, await users.remove(request.params.name));
      note("user-remove", request, { user: name });
      return reply.code(204).send(null);
    },
  );
}

function shown({ name, role, accounts: allowed, disabled }: User): z.infer<typeof userAnswer> {
  return { name, role, accounts: [...allowed], disabled };
}

function settled(name: string, changed: Changed): User {
  switch (changed.kind) {
    case "changed":
      return changed.user;
    case "unknown":
      return unknown(name);
    case "lastAdmin":
      throw new HttpError(
        409,
        "last_admin",
        `${name} is the last admin that may log in; make another one first.`,
      );
  }
}

function unknown(name: string): never {
  throw new HttpError(404, "not_found", `There is no user ${name}.`);
}
