/** Carries a browser's session, on every port of the host name that it was begun on: cookies know no ports. */
export const SESSION_COOKIE = "t26_session";

/** Query by which somebody in a browser asks to be asked for a credential, for when no session can be checked. */
export const BY_CREDENTIAL = { name: "t26-login", value: "operator" } as const;
