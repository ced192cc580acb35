import { questdb } from "../../../../components/data/questdb";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const writer = service({ name: "writer", needs: [questdb] });

it("asks for a login on every port but its health: passwords come in files", () => {
  const wired = wiredAmong(questdb, [writer]);
  expect(wired.env).toMatchObject({
    QDB_HTTP_USER: "operator",
    QDB_HTTP_PASSWORD_FILE: "/run/secrets/operator-password",
    QDB_PG_USER: "operator",
    QDB_PG_PASSWORD_FILE: "/run/secrets/operator-password",
    QDB_PG_READONLY_USER: "reader",
    QDB_PG_READONLY_PASSWORD_FILE: "/run/secrets/reader-password",
    // This protocol would ask for none.
    QDB_LINE_TCP_ENABLED: "false",
  });
  expect(rendered(wired, "operator-password")).toBe("<questdb-operator:plain>");
  expect(rendered(wired, "reader-password")).toBe("<questdb-reader:plain>");
});

it("knows one user, whose login its consumers share", () => {
  const { env, secrets } = wiredAmong(writer, [questdb]);
  expect(env).toEqual({
    QUESTDB_HOST: "questdb",
    QUESTDB_PORT: "9000",
    QUESTDB_URL: "http://questdb:9000",
    QUESTDB_USERNAME: "operator",
    QUESTDB_PASSWORD_FILE: "/run/secrets/questdb-password",
  });
  expect(secrets).toEqual([
    { path: "questdb-password", content: { parts: [{ credential: "questdb-operator", form: "plain" }] } },
  ]);
});

it("tells nobody about itself", () => {
  expect(questdb.env).toMatchObject({ QDB_TELEMETRY_ENABLED: "false", QDB_POSTHOG_ENABLED: "false" });
});
