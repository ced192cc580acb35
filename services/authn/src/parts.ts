import type { Policy } from "../../kit";
import type { Audit } from "./audit";
import type { Clients } from "./clients";
import type { Grants } from "./grants";
import type { Keys } from "./keys";
import type { Logins } from "./logins";
import type { Tokens } from "./tokens";
import type { Users } from "./users";

/** What the routes are made of. */
export interface Parts {
  readonly users: Users;
  readonly clients: Clients;
  readonly grants: Grants;
  readonly keys: Keys;
  readonly tokens: Tokens;
  readonly logins: Logins;
  readonly audit: Audit;
  readonly allow: Policy;
}
