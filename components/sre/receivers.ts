import { secretRef, secretText } from "../../model/secrets";
import type { ConfigureContext, FileSpec, PlatformContext } from "../../model/service";
import type { Settings } from "../../model/settings";
import { SECRETS_PATH } from "../../model/wiring";

/** Secrets of the operator's receivers: name of the file in the container, and the file that the setting names. */
function suppliedFiles({
  alerts,
}: Settings): readonly { readonly name: string; readonly what: string; readonly file: string }[] {
  return [
    { name: "smtp-password", what: "password of the mail server", file: alerts.email?.passwordFile },
    { name: "slack-url", what: "address of Slack's webhook", file: alerts.slack?.urlFile },
    { name: "pagerduty-key", what: "PagerDuty's routing key", file: alerts.pagerduty?.routingKeyFile },
    { name: "webhook-url", what: "address of the webhook", file: alerts.webhook?.urlFile },
    { name: "heartbeat-url", what: "address of the heartbeat", file: alerts.heartbeat?.urlFile },
  ].flatMap(({ file, ...rest }) => (file === undefined ? [] : [{ ...rest, file }]));
}

export function receiverSecrets(context: ConfigureContext): readonly FileSpec[] {
  return suppliedFiles(context.settings).map(({ name, what, file }) => ({
    path: name,
    content: secretText`${secretRef(context.own(name, `Alertmanager: ${what}`, { file }))}`,
  }));
}

/** A receiver as Alertmanager's file has it. */
export interface Receiver {
  readonly name: string;
  readonly [integration: `${string}_configs`]: readonly object[];
}

/**
 * Who hears what. `critical` wakes somebody, `warning` writes to somebody, `info` is on record, `heartbeat` says that
 * the alerts work; the status page hears of what its readers would notice.
 */
export function receiversOf({ settings, services }: PlatformContext): readonly Receiver[] {
  const { pagerduty, heartbeat } = settings.alerts;
  return [
    {
      name: "critical",
      ...people(settings),
      ...(pagerduty
        ? { pagerduty_configs: [{ routing_key_file: `${SECRETS_PATH}/pagerduty-key`, ...PAGE }] }
        : {}),
    },
    { name: "warning", ...people(settings) },
    { name: "info" },
    {
      name: "status-page",
      webhook_configs: services
        .filter(({ name }) => name === "status-api")
        .map(({ name, ports }) => ({
          url: `http://${name}:${ports.http}/alerts`,
          send_resolved: true,
          http_config: { authorization: { credentials_file: `${SECRETS_PATH}/${name}-password` } },
        })),
    },
    {
      name: "heartbeat",
      ...(heartbeat
        ? { webhook_configs: [{ url_file: `${SECRETS_PATH}/heartbeat-url`, send_resolved: false }] }
        : {}),
    },
  ];
}

const SUBJECT =
  '[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .GroupLabels.alertname }} {{ .GroupLabels.service }}';
const TEXT = `{{ range .Alerts }}{{ .Status | toUpper }} {{ .Annotations.summary }}
{{ .Annotations.description }}
runbook: {{ .Annotations.runbook_url }}  dashboard: {{ .Annotations.dashboard }}
since {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}

{{ end }}`;
const PAGE = {
  send_resolved: true,
  description: SUBJECT,
  details: { text: TEXT },
};

function people({ alerts }: Settings): Omit<Receiver, "name"> {
  const { email, slack, webhook } = alerts;
  return {
    ...(email
      ? {
          email_configs: [
            {
              to: email.to.join(", "),
              from: email.from,
              smarthost: email.smarthost,
              require_tls: email.requireTls,
              ...(email.username === undefined
                ? {}
                : { auth_username: email.username, auth_password_file: `${SECRETS_PATH}/smtp-password` }),
              headers: { Subject: SUBJECT },
              html: "",
              text: TEXT,
              send_resolved: true,
            },
          ],
        }
      : {}),
    ...(slack
      ? {
          slack_configs: [
            {
              api_url_file: `${SECRETS_PATH}/slack-url`,
              channel: slack.channel,
              title: SUBJECT,
              text: TEXT,
              send_resolved: true,
            },
          ],
        }
      : {}),
    ...(webhook
      ? { webhook_configs: [{ url_file: `${SECRETS_PATH}/webhook-url`, send_resolved: true }] }
      : {}),
  };
}
