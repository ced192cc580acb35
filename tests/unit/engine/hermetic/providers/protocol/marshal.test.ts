import { fromStruct, toStruct } from "../../../../../../engine/hermetic/providers/protocol/marshal";
import {
  Secret,
  UNKNOWN,
  canonical,
  containsUnknown,
  reveal,
} from "../../../../../../engine/hermetic/providers/protocol/values";
import { diffResponse, nameOf, typeOf } from "../../../../../../engine/hermetic/providers/protocol/server";

describe("property values on the wire", () => {
  it("come back as they were", () => {
    const map = { a: 1, b: "x", c: [true, { d: UNKNOWN }], e: new Secret({ f: [1] }), g: {} };
    expect(fromStruct(toStruct(map))).toEqual(map);
  });
  it("lose what is null or not set", () =>
    expect(fromStruct(toStruct({ a: null, b: undefined, c: { d: null } }))).toEqual({ c: {} }));
  it("are unknown in the engine's own spelling", () =>
    expect(toStruct({ a: UNKNOWN }).toJavaScript()).toEqual({ a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }));
  it("read unknowns of every kind, and outputs", () => {
    const struct = toStruct({
      a: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
      b: { "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: 1, secret: true },
      c: { "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4" },
    });
    expect(fromStruct(struct)).toEqual({ a: UNKNOWN, b: new Secret(1), c: UNKNOWN });
  });
});

describe("values", () => {
  it("are compared without the order of keys, marks of defaults and secrecy", () =>
    expect(canonical({ b: 1, a: [new Secret("x")], __defaults: ["a"] })).toBe(canonical({ a: ["x"], b: 1 })));
  it("know what is unknown in them", () =>
    expect([containsUnknown({ a: [{ b: new Secret(UNKNOWN) }] }), containsUnknown({ a: [1] })]).toEqual([
      true,
      false,
    ]));
  it("are revealed all the way down", () =>
    expect(reveal({ a: [new Secret(new Secret(1))] })).toEqual({ a: [1] }));
});

describe("URNs", () => {
  const urn = "urn:pulumi:dev::p::a:b:C$docker:index/network:Network::my::name";
  it("have a type and a name", () =>
    expect([typeOf(urn), nameOf(urn)]).toEqual(["docker:index/network:Network", "my::name"]));
});

describe("a diff on the wire", () => {
  it("names what changed and what replaces", () => {
    const response = diffResponse({
      changes: [
        { path: "ports[0].external", kind: "update", replace: true },
        { path: "memory", kind: "add", replace: false },
      ],
      deleteBeforeReplace: true,
    });
    expect(response.getDiffsList()).toEqual(["memory", "ports"]);
    expect(response.getReplacesList()).toEqual(["ports"]);
    expect([response.getChanges(), response.getDeletebeforereplace()]).toEqual([2, true]);
  });
});
