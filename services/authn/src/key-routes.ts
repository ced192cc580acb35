import { z } from "zod";
import { callerOf, type Http } from "../../kit";
import type { Parts } from "./parts";

/** An admin's token is not enough: the policy is asked, too. */
export function addKeyRoutes(http: Http, { keys, allow, audit }: Parts): void {
  http.post(
    "/keys/rotate",
    {
      config: { role: "admin" },
      schema: {
        summary: "A new key signs from soon on; what the one before signed stays good until it ends",
        tags: ["tokens"],
        response: { 202: z.object({ kid: z.string() }) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const noted = { act: "keys-rotate", actor: caller.subject, role: caller.role } as const;
      try {
        await allow("administer", caller);
      } catch (error) {
        audit.note({ ...noted, outcome: "denied" });
        throw error;
      }
      const kid = await keys.rotate();
      audit.note({ ...noted, outcome: "allowed", details: { kid } });
      return reply.code(202).send({ kid });
    },
  );
}
