import { httpProbe } from "../../model/probes";
import { defineService, thirdParty, type Workload } from "../../model/service";
import type { Settings } from "../../model/settings";
import { certificateAuthority, traefik } from "../gateway/gateway";
import { toolEntryPoints, toolsConfig } from "../gateway/tools";

/**
 * GPU serving: one Triton server and a gateway of its own. On the platform's host the gateway asks for a login;
 * on another host it has the only published port, and lets in nobody without a certificate of its authority.
 */
export function gpuWorkloads(settings: Settings): readonly Workload[] {
  const authority = certificateAuthority("gpu-ca");
  const mutual = settings.dockerHost !== "";
  const triton = defineService({
    name: "triton",
    title: "Triton model server",
    capability: "gpu",
    image: thirdParty("triton"),
    lanes: ["backend"],
    entrypoint: ["tritonserver"],
    command: [
      ...["--model-repository=/models", "--model-control-mode=poll", "--repository-poll-secs=15"],
      ...["--http-port=8000", "--grpc-port=8001", "--metrics-port=8002", "--strict-readiness=true"],
    ],
    ports: { http: 8000, grpc: 8001, metrics: 8002 },
    probe: httpProbe("/v2/health/ready", { startPeriod: "2m0s", interval: "10s" }),
    metrics: { kind: "endpoint", port: "metrics", path: "/metrics" },
    tools: [
      {
        hostPort: "gpu-serving",
        port: "http",
        protocol: "http",
        login: "gateway",
        data: false,
        title: "GPU serving",
      },
    ],
    resources: { memory: "8GiB", cpus: 4, shm: "1GiB", gpu: settings.gpu },
    user: "1000:1000",
    data: [{ name: "triton-models", path: "/models", backup: { method: "files" } }],
    tmpfs: { "/tmp": { size: "512MiB", exec: true } },
    stopGrace: "45s",
    tier: "P2",
    slo: { availability: 99.5 },
  });
  const gateway = traefik({
    name: "gpu-gateway",
    title: "GPU gateway",
    tier: "P2",
    ports: {},
    publish: (context) => toolEntryPoints(context).map(({ name, port }) => ({ name, container: port })),
    entryPoints: toolEntryPoints,
    routes: (context) => toolsConfig(context, mutual),
    authority,
    mutual,
  });
  return [authority, triton, gateway];
}
