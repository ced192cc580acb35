import { execProbe, healthcheck, httpProbe, tcpProbe } from "../../../model/probes";

const ports = { http: 8099, sql: 5432 };
const TOOL = ["CMD", "/opt/t26/t26", "probe"];
const PACE = ["--every", "5s", "--timeout", "3s", "--hold", "5m"];

describe("healthcheck", () => {
  it("asks over HTTP with the toolbox, at the address that every image has", () => {
    expect(healthcheck(httpProbe("/health/ready"), ports)).toEqual({
      tests: [...TOOL, "http", ...PACE, "http://127.0.0.1:8099/health/ready"],
      // the check itself asks every 5 s; the engine runs it anew once it has ended
      ...{ interval: "1s", timeout: "5m15s", retries: 3, startPeriod: "10s" },
      decidedAfter: 10 + 5 * 9,
    });
  });

  it("names another port, and the answers that count as well", () => {
    expect(healthcheck(httpProbe("/", { port: "sql", status: "200-399" }), ports).tests).toEqual([
      ...TOOL,
      "http",
      ...PACE,
      "http://127.0.0.1:5432/",
      "--status",
      "200-399",
    ]);
  });

  it("logs in where everybody must, by a file", () => {
    expect(healthcheck(httpProbe("/-/ready", { loginFile: "/run/secrets/login" }), ports).tests).toEqual([
      ...TOOL,
      "http",
      ...PACE,
      "http://127.0.0.1:8099/-/ready",
      "--login-file",
      "/run/secrets/login",
    ]);
  });

  it("opens a connection where there is nothing better", () => {
    expect(healthcheck(tcpProbe("sql"), ports).tests).toEqual([...TOOL, "tcp", ...PACE, "127.0.0.1:5432"]);
  });

  it("runs the program's own tool, without a shell in between", () => {
    expect(healthcheck(execProbe(["pg_isready", "--quiet"]), ports).tests).toEqual([
      ...TOOL,
      "exec",
      ...PACE,
      "--",
      "pg_isready",
      "--quiet",
    ]);
  });

  it("writes durations as the engine reads them back", () => {
    const slow = tcpProbe("sql", { interval: "60s", timeout: "1500ms", retries: 5, startPeriod: "1h30m" });
    const { tests, timeout, startPeriod } = healthcheck(slow, ports);
    expect(tests.slice(4, 8)).toEqual(["--every", "1m0s", "--timeout", "1.5s"]);
    expect({ timeout, startPeriod }).toEqual({ timeout: "5m14s", startPeriod: "1h30m0s" });
  });
});
