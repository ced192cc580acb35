import { joinTexts, secretRef, secretText, type Credential } from "../../model/secrets";
import type { ConfigureContext, FileSpec } from "../../model/service";
import { SECRETS_PATH } from "../../model/wiring";

/** Somebody who shows a credential that was made for another place. */
export interface Login {
  readonly username: string;
  readonly credential: Credential;
}

/** The health check's login, as `t26 probe` reads it. */
export const PROBE_LOGIN = `${SECRETS_PATH}/probe-login`;

/**
 * Logins of Prometheus and Alertmanager, which share the format: the operator, each consumer, the health check, and
 * users of the container's own, whose passwords are files too.
 * https://prometheus.io/docs/prometheus/2.53/configuration/https/
 */
export function webConfig(
  title: string,
  { operator, consumers, own }: ConfigureContext,
  {
    ownUsers = [],
    others = [],
  }: { readonly ownUsers?: readonly string[]; readonly others?: readonly Login[] },
): readonly FileSpec[] {
  const probe = own("probe", `${title}: probe`);
  const mine = ownUsers.map((name) => own(name, `${title}: ${name}`));
  const users = [
    ...[operator, ...consumers.map(({ credential }) => credential), probe, ...mine].map((credential) => ({
      username: credential.username,
      credential,
    })),
    ...others,
  ].map(({ username, credential }) => secretText`  ${username}: "${secretRef(credential, "bcrypt")}"\n`);
  return [
    { path: "web.yml", content: secretText`basic_auth_users:\n${joinTexts(users)}` },
    { path: "probe-login", content: secretText`${probe.username}:${secretRef(probe)}` },
    ...mine.map((credential) => ({
      path: `${credential.username}-password`,
      content: secretText`${secretRef(credential)}`,
    })),
  ];
}
