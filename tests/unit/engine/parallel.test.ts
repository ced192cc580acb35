import { parallelSteps } from "../../../engine/parallel";

it.each([
  [["unix:///var/run/docker.sock"], 2, 32],
  [["npipe:////./pipe/docker_engine"], 8, 128],
  [["tcp://10.0.0.1:2376"], 1, 16],
  [["ssh://me@host"], 64, 8],
  [["unix:///var/run/docker.sock", "ssh://me@host"], 2, 8],
])("on %j with %d processors: %d", (hosts, processors, wanted) =>
  expect(parallelSteps(hosts, processors)).toBe(wanted),
);
