import { Counter, type Registry } from "prom-client";
import { identifier } from "../../contracts";
import { HttpError } from "../../kit";
import type { Audit } from "./audit";
import { PASSWORD_LENGTH } from "./passwords";
import type { Throttle } from "./throttle";
import type { LoggedIn, Users } from "./users";

/** Checks of passwords that may be under way at once: each takes 19 MiB and a thread for a while. */
const AT_ONCE = 32;

/** Said to somebody who must wait before the next try. */
export class TooManyError extends HttpError {
  constructor(readonly retryAfterSeconds: number) {
    super(429, "too_many_attempts", `Too many attempts: try again in ${retryAfterSeconds} s.`);
  }
}

/** The only place where passwords are checked: every way to log in is throttled together. */
export class Logins {
  #running = 0;
  readonly #counter: Counter<"outcome">;

  constructor(
    private readonly users: Users,
    private readonly throttle: Throttle,
    private readonly audit: Audit,
    metrics: Registry,
  ) {
    this.#counter = new Counter({
      name: "authn_logins_total",
      help: "Passwords that were checked, by outcome",
      labelNames: ["outcome"],
      registers: [metrics],
    });
  }

  /**
   * @param way how it was asked, for the audit
   * @returns undefined for a wrong name or password
   * @throws {TooManyError}
   */
  async check(
    name: string,
    password: string,
    way: "token" | "page" | "password",
  ): Promise<LoggedIn | undefined> {
    if (this.#running >= AT_ONCE) throw new TooManyError(1);
    const wait = this.throttle.attempt(name);
    if (wait > 0) {
      this.#counter.inc({ outcome: "throttled" });
      throw new TooManyError(Math.ceil(wait / 1000));
    }
    const user = await this.#check(name, password);
    this.#counter.inc({ outcome: user ? "good" : "wrong" });
    if (user) {
      this.throttle.succeeded(name);
      this.audit.note({ act: "login", actor: name, role: user.role, outcome: "allowed", details: { way } });
    } else if (wellFormed(name) && (await this.users.find(name))) {
      // of names that nobody has there are endless ones: they are counted, and do not fill the audit
      this.audit.note({ act: "login", actor: name, outcome: "denied", details: { way } });
    }
    return user;
  }

  async #check(name: string, password: string): Promise<LoggedIn | undefined> {
    this.#running++;
    try {
      const possible = wellFormed(name) && password.length <= PASSWORD_LENGTH.max;
      return await this.users.login(possible ? name : "", possible ? password : "");
    } finally {
      this.#running--;
    }
  }
}

const wellFormed = (name: string): boolean => identifier.safeParse(name).success;
