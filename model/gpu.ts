import type { HostFacts } from "./host";
import type { Problem } from "./problems";
import type { Workload } from "./service";

/** CDI is in engine 25 (behind `features.cdi`) and later. */
const CDI_ENGINE = 25;

/**
 * GPU requests that this host cannot meet, before anything is created: the engine itself says so only when the
 * container starts. What is unknown about the host is not held against it.
 */
export function gpuProblems(workloads: readonly Workload[], host: HostFacts): readonly Problem[] {
  return workloads.flatMap(({ name, resources: { gpu } }): readonly Problem[] => {
    if (!gpu) return [];
    const path = `service ${name}: resources.gpu`;
    if (gpu.kind === "cdi") {
      const major = host.engineVersion === "unknown" ? CDI_ENGINE : Number(host.engineVersion.split(".")[0]);
      return major >= CDI_ENGINE
        ? []
        : [
            {
              path,
              what: `asks for CDI devices, which Docker ${host.engineVersion} does not know`,
              value: gpu,
              allowed: "count or deviceIds on this engine",
              fix: `use Docker ${CDI_ENGINE} or later with features.cdi, or another kind of request`,
            },
          ];
    }
    if (host.runtimes === "unknown" || host.runtimes.includes("nvidia")) return [];
    return [
      {
        path,
        what: "needs the NVIDIA container runtime, which this Docker host does not have",
        value: gpu,
        allowed: `a host whose engine has the runtime "nvidia"; this one has ${host.runtimes.join(", ")}`,
        fix: "install the NVIDIA driver and nvidia-container-toolkit, run `nvidia-ctk runtime configure --runtime=docker`, restart Docker",
      },
    ];
  });
}
