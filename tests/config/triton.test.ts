import type Docker from "dockerode";
import { logs, until } from "../harness/docker";
import { ask, type Answer } from "../harness/https";
import { gpuServing } from "./platforms";
import { hostPortOf, Sandbox } from "./sandbox";

/** A model on the image's own Python: it doubles what it gets. */
const MODEL = {
  "/models/double/config.pbtxt": `backend: "python"
input [{ name: "IN", data_type: TYPE_FP32, dims: [-1] }]
output [{ name: "OUT", data_type: TYPE_FP32, dims: [-1] }]
instance_group [{ kind: KIND_CPU }]
`,
  "/models/double/1/model.py": `import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(request, "IN").as_numpy() for request in requests]
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUT", values * 2)]) for values in inputs]
`,
};

/** Triton as it is built here and hardened as planned, without a GPU: its device request is left away. */
describe("triton with a model", () => {
  let sandbox: Sandbox;
  let triton: Docker.Container;
  beforeAll(async () => {
    sandbox = await Sandbox.open("triton", gpuServing());
    triton = await sandbox.start("triton", { files: MODEL, publish: [8000, 8002] });
  });
  afterAll(() => sandbox.close());

  const get = async (port: number, path: string, body?: unknown): Promise<Answer> =>
    ask(
      `http://127.0.0.1:${await hostPortOf(triton, port)}${path}`,
      body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
    );

  it("is ready, and so is the model", async () => {
    expect((await get(8000, "/v2/health/ready")).status).toBe(200);
    expect((await get(8000, "/v2/models/double/ready")).status).toBe(200);
    expect((await get(8000, "/v2/models/another/ready")).status).not.toBe(200);
  });

  it("infers", async () => {
    const tensor = { name: "IN", datatype: "FP32", shape: [4], data: [1, 2, 3.5, -4] };
    const { status, body } = await get(8000, "/v2/models/double/infer", { inputs: [tensor] });
    expect([status, JSON.parse(body)]).toMatchObject([200, { outputs: [{ data: [2, 4, 7, -8] }] }]);
  });

  it("counts what it has done", async () => {
    // it counts after it has answered
    const { status } = await until(
      "the request is counted",
      30,
      () => get(8002, "/metrics"),
      ({ body }) => /^nv_inference_request_success\{model="double",version="1"\} 1$/m.test(body),
    );
    expect(status).toBe(200);
  });

  it("takes its shared memory and folders as planned", async () => {
    const { stdout, stderr } = await logs(triton);
    expect(`${stdout}${stderr}`).not.toMatch(/[Rr]ead-only file system|Permission denied|No space left/);
  });
});
