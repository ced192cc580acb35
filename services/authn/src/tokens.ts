import { randomUUID } from "node:crypto";
import { createLocalJWKSet, jwtVerify, SignJWT, type JWTPayload } from "jose";
import { HttpError, type Caller, type Verify } from "../../kit";
import { ALGORITHM, AUDIENCE, ISSUER, tokenClaims } from "../../kit/auth";
import type { Clients } from "./clients";
import type { Keys } from "./keys";
import type { Users } from "./users";

/** Signs what the platform's services check. */
export class Tokens {
  /** @param lifeSeconds how long a change of role may go unnoticed by others */
  constructor(
    private readonly keys: Keys,
    readonly lifeSeconds: number,
  ) {}

  async sign(caller: Caller): Promise<string> {
    const { id, key } = await this.keys.signing();
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ kind: caller.kind, role: caller.role, accounts: [...caller.accounts] })
      .setProtectedHeader({ alg: ALGORITHM, kid: id, typ: "JWT" })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(caller.subject)
      .setIssuedAt(now)
      .setExpirationTime(now + this.lifeSeconds)
      .setJti(randomUUID())
      .sign(key);
  }

  /** @throws when the token is not one of ours, or has ended */
  async claims(token: string): Promise<JWTPayload> {
    const keys = createLocalJWKSet({ keys: [...this.keys.published().keys] });
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: [ALGORITHM],
    });
    return payload;
  }
}

/**
 * Who asks authn itself. It knows more than a token says: who was removed, disabled or changed is that at once, not
 * when the token ends.
 */
export function ownVerifier(tokens: Tokens, users: Users, clients: Clients): Verify {
  return async (token) => {
    const claims = await claimsOf(tokens, token);
    if (claims.kind === "service") {
      const caller = clients.callerOf(claims.sub);
      if (caller) return caller;
      throw refused();
    }
    const user = await users.find(claims.sub);
    if (!user || user.disabled) throw refused();
    return { subject: user.name, kind: "user", role: user.role, accounts: user.accounts };
  };
}

async function claimsOf(tokens: Tokens, token: string) {
  try {
    return tokenClaims.parse(await tokens.claims(token));
  } catch {
    throw refused();
  }
}

const refused = (): HttpError =>
  new HttpError(401, "token_invalid", "The token is not valid: ask for a new one.");
