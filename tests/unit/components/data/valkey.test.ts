import { valkeyCache, valkeyState } from "../../../../components/data/valkey";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

it("knows nobody by default; every consumer has the data commands on its own prefix, or what it was granted", () => {
  const oms = service({ name: "oms", needs: [valkeyState] });
  const risk = service({
    name: "risk",
    needs: [access(valkeyState, { keys: ["oms:orders:*", "risk:*"], channels: ["risk.alert"] })],
  });
  const watch = service({ name: "watch", needs: [access(valkeyState, { commands: ["+info"] })] });
  expect(rendered(wiredAmong(valkeyState, [oms, risk, watch]), "users.acl"))
    .toBe(`user default off resetpass ~* &* +@all
user operator on #<valkey-state-operator:sha256> resetkeys ~* resetchannels &* -@all +@all
user probe on #<valkey-state-probe:sha256> resetkeys resetchannels -@all +ping
user oms on #<valkey-state-oms:sha256> resetkeys ~oms:* resetchannels -@all +@all -@dangerous -@admin
user risk on #<valkey-state-risk:sha256> resetkeys ~oms:orders:* ~risk:* resetchannels &risk.alert -@all +@all -@dangerous -@admin
user watch on #<valkey-state-watch:sha256> resetkeys resetchannels -@all +info
`);
});

it("keeps state: nothing is evicted, and every write is in the file", () => {
  expect(rendered(wiredAmong(valkeyState, []), "valkey.conf")).toBe(`bind 0.0.0.0
port 6379
dir /data
aclfile /run/secrets/users.acl
maxmemory 384mb
maxmemory-policy noeviction
appendonly yes
appendfsync everysec
`);
  expect(valkeyState.data).toEqual([
    { name: "valkey-state-data", path: "/data", backup: { method: "valkey rdb" } },
  ]);
});

it("forgets what is cached: bounded, the least recently used first, nothing on disk", () => {
  const config = rendered(wiredAmong(valkeyCache, []), "valkey.conf");
  expect(config).toContain('maxmemory 256mb\nmaxmemory-policy allkeys-lru\nappendonly no\nsave ""\n');
  expect(rendered(wiredAmong(valkeyCache, []), "users.acl")).toMatch(/^user default off\n/);
  expect([valkeyCache.data, Object.keys(valkeyCache.tmpfs)]).toEqual([[], ["/data"]]);
});

it("asks for its health as a user who may do nothing else, with the password from a file", () => {
  expect(rendered(wiredAmong(valkeyState, []), "probe-password")).toBe("<valkey-state-probe:plain>");
  expect(JSON.stringify(valkeyState.probe)).toContain("cat /run/secrets/probe-password");
});
