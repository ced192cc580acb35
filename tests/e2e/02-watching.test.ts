import type Docker from "dockerode";
import type { ServiceSpec } from "../../model/service";
import { platformWorkloads } from "../../stacks/catalogue";
import { engine } from "../harness/docker";
import { platformUp } from "./harness/chapters";
import { plannedPlatform } from "./harness/planned";
import { faultCases } from "./watching/faults";
import { numberCases } from "./watching/numbers";
import { pageCases } from "./watching/page";
import { Prometheus } from "./watching/prometheus";
import { Receivers } from "./watching/receivers";

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
  describe("the status page", () => pageCases(() => docker, services));
  describe("faults", () =>
    faultCases(
      () => docker,
      () => receivers,
    ));
});
