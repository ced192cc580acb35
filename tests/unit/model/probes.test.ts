import { execProbe, healthcheck, httpProbe, tcpProbe } from "../../../model/probes";

const ports = { http: 8099, sql: 5432 };
const DEFAULTS = { interval: "5s", timeout: "3s", retries: 3, startPeriod: "10s" };

describe("healthcheck", () => {
  it("asks over HTTP with the toolbox, at the address that every image has", () => {
    expect(healthcheck(httpProbe("/health/ready"), ports)).toEqual({
      tests: ["CMD", "/opt/t26/t26", "probe", "http", "http://127.0.0.1:8099/health/ready"],
      ...DEFAULTS,
    });
  });

  it("names another port, and the answers that count as well", () => {
    expect(healthcheck(httpProbe("/", { port: "sql", status: "200-399" }), ports).tests).toEqual([
      "CMD",
      "/opt/t26/t26",
      "probe",
      "http",
      "http://127.0.0.1:5432/",
      "--status",
      "200-399",
    ]);
  });

  it("logs in where everybody must, by a file", () => {
    expect(healthcheck(httpProbe("/-/ready", { loginFile: "/run/secrets/login" }), ports).tests).toEqual([
      "CMD",
      "/opt/t26/t26",
      "probe",
      "http",
      "http://127.0.0.1:8099/-/ready",
      "--login-file",
      "/run/secrets/login",
    ]);
  });

  it("opens a connection where there is nothing better", () => {
    expect(healthcheck(tcpProbe("sql"), ports).tests).toEqual([
      "CMD",
      "/opt/t26/t26",
      "probe",
      "tcp",
      "127.0.0.1:5432",
    ]);
  });

  it("runs the program's own tool, without a shell in between", () => {
    expect(healthcheck(execProbe(["pg_isready", "--quiet"]), ports).tests).toEqual([
      "CMD",
      "pg_isready",
      "--quiet",
    ]);
  });

  it("writes durations as the engine reads them back", () => {
    expect(
      healthcheck(
        tcpProbe("sql", { interval: "60s", timeout: "1500ms", retries: 5, startPeriod: "1h30m" }),
        ports,
      ),
    ).toMatchObject({ interval: "1m0s", timeout: "1.5s", retries: 5, startPeriod: "1h30m0s" });
  });
});
