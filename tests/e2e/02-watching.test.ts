import type Docker from "dockerode";
import type { ServiceSpec } from "../../model/service";
import { platformWorkloads } from "../../stacks/catalogue";
import { engine } from "../harness/docker";
import { platformUp } from "./harness/chapters";
import { plannedPlatform } from "./harness/planned";
import { downCases } from "./watching/down";
import { faultCases } from "./watching/faults";
import { numberCases } from "./watching/numbers";
import { pageCases } from "./watching/page";
import { Prometheus } from "./watching/prometheus";
import { quietCases } from "./watching/quiet";
import { Receivers } from "./watching/receivers";
import { sessionCases } from "./watching/session";

/** Minutes without a false alarm; none unless asked for. */
const QUIET_MINUTES = Number(process.env["E2E_QUIET_MINUTES"] ?? 0);
/** Alerts to provoke beyond what is down, with commas between them, or `all`: that takes an hour. */
const FAULTS = process.env["E2E_FAULTS"];

/** The platform watches itself: its numbers, its status page, its alerts, and those who are told of them. */
describe("watching", () => {
  const planned = plannedPlatform().containers.map(({ name }) => name);
  const services = platformWorkloads.filter(
    (workload): workload is ServiceSpec => workload.kind === "service" && planned.includes(workload.name),
  );
  const receivers = new Receivers();
  let prometheus: Prometheus;
  let docker: Docker;
  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    prometheus = await Prometheus.open();
    await receivers.listen();
  });
  afterAll(() => receivers.close());

  describe("numbers", () => numberCases(() => prometheus, services));
  if (QUIET_MINUTES > 0)
    describe("quiet", () =>
      quietCases(
        () => prometheus,
        () => receivers,
        QUIET_MINUTES,
      ));
  describe("one session", sessionCases);
  describe("the status page", () => pageCases(() => docker, services));
  describe("down", () =>
    downCases(
      () => docker,
      () => receivers,
    ));
  if (FAULTS)
    describe("faults", () =>
      faultCases(
        () => docker,
        () => prometheus,
        () => receivers,
        services,
        FAULTS === "all" ? FAULTS : FAULTS.split(","),
      ));
});
