import { nats } from "../../../../components/data/nats";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const on = ["lowlatency"] as const;

it("gives every consumer a user of its own with the subjects that it was granted, and nothing else", () => {
  const oms = service({
    name: "oms",
    lanes: on,
    needs: [access(nats, { publish: ["orders.>", "risk.check.order"], subscribe: ["fills.execution"] })],
  });
  const watcher = service({
    name: "watcher",
    lanes: on,
    needs: [access(nats, { subscribe: ["fills.confirmed"] })],
  });
  const mute = service({ name: "mute", lanes: on, needs: [nats] });
  expect(rendered(wiredAmong(nats, [oms, watcher, mute]), "nats.conf")).toBe(`server_name: nats
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
max_payload: 1MB
max_connections: 4096
write_deadline: "10s"
jetstream {
  store_dir: "/data"
  max_memory_store: 128MB
  max_file_store: 16GB
  sync_interval: always
}
accounts {
  TRADE {
    jetstream: enabled
    users: [
      { user: "operator", password: "<nats-operator:bcrypt>", permissions: { publish: { allow: [">"] }, subscribe: { allow: [">"] } } }
      { user: "mute", password: "<nats-mute:bcrypt>", permissions: { publish: { deny: [">"] }, subscribe: { deny: [">"] } } }
      { user: "oms", password: "<nats-oms:bcrypt>", permissions: { publish: { allow: ["orders.>","risk.check.order"] }, subscribe: { allow: ["fills.execution"] } } }
      { user: "watcher", password: "<nats-watcher:bcrypt>", permissions: { publish: { deny: [">"] }, subscribe: { allow: ["fills.confirmed"] } } }
    ]
  }
  SYS {
    users: [ { user: "system", password: "<nats-system:bcrypt>" } ]
  }
}
system_account: SYS
`);
});

it("takes hashes only: no password is in its file", () => {
  expect(rendered(wiredAmong(nats, []), "nats.conf")).not.toContain(":plain>");
});

it("keeps its streams in its volume", () => {
  expect(nats.data).toEqual([{ name: "nats-data", path: "/data", backup: { method: "nats stream backup" } }]);
  expect(rendered(wiredAmong(nats, []), "nats.conf")).toContain('store_dir: "/data"');
});
