import { joinTexts, secretRef, secretText, type Credential } from "../../model/secrets";
import type { ConfigureContext, FileSpec } from "../../model/service";

/** Somebody who shows a credential that was made for another place. */
export interface Login {
  readonly username: string;
  readonly credential: Credential;
}

/**
 * Logins of Prometheus and Alertmanager, which share the format: the operator, each consumer, and users of the
 * container's own. Of its own ones the passwords are files too; `probe-login` is the health check's.
 * https://prometheus.io/docs/prometheus/2.53/configuration/https/
 */
export function webConfig(
  { operator, consumers, own }: ConfigureContext,
  { ownUsers, others = [] }: { readonly ownUsers: readonly string[]; readonly others?: readonly Login[] },
): readonly FileSpec[] {
  const mine = ownUsers.map((name) => own(name, `${operator.purpose.split(":")[0]}: ${name}`));
  const users = [
    ...[operator, ...consumers.map(({ credential }) => credential), ...mine].map((credential) => ({
      username: credential.username,
      credential,
    })),
    ...others,
  ].map(({ username, credential }) => secretText`  ${username}: "${secretRef(credential, "bcrypt")}"\n`);
  return [
    { path: "web.yml", content: secretText`basic_auth_users:\n${joinTexts(users)}` },
    ...mine.map((credential) => ({
      path: credential.username === "probe" ? "probe-login" : `${credential.username}-password`,
      content:
        credential.username === "probe"
          ? secretText`probe:${secretRef(credential)}`
          : secretText`${secretRef(credential)}`,
    })),
  ];
}
