import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Sends short-lived status lines of a resource to the engine's display. Never fails an operation. */
export class EngineLog {
  private client: EngineClient | undefined;

  /** @param address host:port that the engine gave on attaching */
  connect(address: string): void {
    this.client ??= new EngineClient(address, grpc.credentials.createInsecure());
  }

  status(urn: string, line: string): void {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setMessage(line);
    request.setUrn(urn);
    request.setEphemeral(true);
    this.client?.log(request, () => undefined);
  }
}
