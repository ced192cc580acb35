import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { SMTPServer } from "smtp-server";
import { until } from "../../harness/docker";
import { HEARD_AT } from "../harness/platform";

/** One alert in a message of the webhook's, as it was told. */
export interface Told {
  /** Milliseconds since 1970, when it came. */
  readonly at: number;
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** What the message was about, as Alertmanager has grouped it. */
  readonly group: Readonly<Record<string, string>>;
}

export interface Mail {
  readonly at: number;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

interface WebhookMessage {
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly Pick<Told, "status" | "labels" | "annotations">[];
}

/** A real mail server and a webhook on this host, which Alertmanager is told to tell. */
export class Receivers {
  readonly told: Told[] = [];
  readonly mails: Mail[] = [];
  /** What the webhook answers. Only what it has taken was told. */
  webhookStatus = 200;
  readonly #webhook: Server;
  readonly #smtp: SMTPServer;

  constructor() {
    this.#webhook = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.statusCode = this.webhookStatus;
        if (this.webhookStatus >= 300) return void response.end();
        const { groupLabels: group, alerts } = JSON.parse(Buffer.concat(chunks).toString()) as WebhookMessage;
        for (const { status, labels, annotations } of alerts)
          this.told.push({ at: Date.now(), status, labels, annotations, group });
        response.end();
      });
    });
    this.#smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          this.mails.push({
            at: Date.now(),
            to: envelope.rcptTo.map(({ address }) => address),
            subject: /^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? "",
            text,
          });
          done();
        });
      },
    });
  }

  async listen(): Promise<void> {
    await Promise.all([
      once(this.#webhook.listen(HEARD_AT.webhook, "0.0.0.0"), "listening"),
      once(this.#smtp.listen(HEARD_AT.smtp, "0.0.0.0"), "listening"),
    ]);
  }

  async close(): Promise<void> {
    this.#webhook.closeAllConnections();
    await Promise.all([
      new Promise((resolve) => this.#webhook.close(resolve)),
      new Promise<void>((resolve) => this.#smtp.close(() => resolve())),
    ]);
  }

  /** The first time that it was told so, since a moment. @throws when it is not within so many seconds */
  async hears(
    status: Told["status"],
    alertname: string,
    service: string,
    since: number,
    seconds: number,
  ): Promise<Told> {
    const told = await until(
      `${alertname} of ${service} is told to be ${status}`,
      seconds,
      async () => this.of(alertname, service, since).find((one) => one.status === status),
      (found) => found !== undefined,
    );
    return told as Told;
  }

  /** The first mail that it fires, since a moment. @throws when none comes within so many seconds */
  async mailed(alertname: string, service: string, since: number, seconds: number): Promise<Mail> {
    const mail = await until(
      `a mail of ${alertname} of ${service}`,
      seconds,
      async () =>
        this.mails.find(
          ({ at, subject }) =>
            at >= since && subject.startsWith("[FIRING") && subject.endsWith(`${alertname} ${service}`),
        ),
      (found) => found !== undefined,
    );
    return mail as Mail;
  }

  /** What was told of that alert of that service, since a moment. */
  of(alertname: string, service: string, since: number): readonly Told[] {
    return this.told.filter(
      ({ labels, at }) => labels["alertname"] === alertname && labels["service"] === service && at >= since,
    );
  }
}
