import { z } from "zod";

/** A secret of the operator's own, by the file that holds it on the machine that brings the platform up. */
const file = (what: string) =>
  z
    .string(`must be the path of a file with ${what}`)
    .regex(/^(\/|[A-Za-z]:[\\/])/, `must be the absolute path of a file with ${what}`);

const address = z.email("must be an e-mail address");

/** Who is told of alerts. Empty: nobody outside; they are at Alertmanager's page and on the status page all the same. */
export const receiversSchema = z.strictObject(
  {
    email: z
      .strictObject({
        /** Critical and warning alerts go there. */
        to: z.array(address).min(1, "must name at least one address"),
        from: address,
        smarthost: z.string().regex(/^[^\s:]+:\d{1,5}$/, "must be host:port of a mail server"),
        /** Without it the mail server asks for no login. */
        username: z.string().min(1).optional(),
        passwordFile: file("the mail server's password").optional(),
        /** False only for a server in your own network. */
        requireTls: z.boolean().default(true),
      })
      .refine(
        ({ username, passwordFile }) => (username === undefined) === (passwordFile === undefined),
        "username and passwordFile go together",
      )
      .optional(),
    slack: z
      .strictObject({
        channel: z.string().regex(/^[#@].+/, "must be a channel such as #trading"),
        urlFile: file("the address of the incoming webhook"),
      })
      .optional(),
    pagerduty: z.strictObject({ routingKeyFile: file("the integration's routing key") }).optional(),
    /** Any program that takes Alertmanager's JSON. */
    webhook: z.strictObject({ urlFile: file("the webhook's address") }).optional(),
    /** Told every minute that alerts work; what is not told for a while rings by itself (a dead-man's switch). */
    heartbeat: z.strictObject({ urlFile: file("the address that the heartbeat goes to") }).optional(),
  },
  "must be an object: email, slack, pagerduty, webhook, heartbeat",
);

export type Receivers = z.infer<typeof receiversSchema>;
