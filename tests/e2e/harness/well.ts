import type Docker from "dockerode";
import { healthOf, until } from "../../harness/docker";
import { physical } from "./platform";

/** Waits until a container of the plan is healthy. @throws when it is not within so many seconds */
export function wellAgain(docker: Docker, name: string, seconds: number): Promise<string> {
  return until(
    `${name} is well again`,
    seconds,
    () => healthOf(docker.getContainer(physical(name))),
    (word) => word === "healthy",
  );
}
