import { describeFirst } from "../../../../engine/conformance/archive";
import { outputFact } from "../../../../engine/conformance/outputs";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const secret = (value: unknown): unknown => ({ ...SECRET, plaintext: JSON.stringify(value) });

describe("outputFact", () => {
  it("keeps plain values and takes ids out", () => {
    expect(outputFact("memory", 64, {})).toBe(64);
    expect(outputFact("exitCode", undefined, {})).toBeNull();
    expect(outputFact("imageId", `sha256:${"0".repeat(64)}`, {})).toBe("<sha256>");
  });

  it("shows that a value is secret, and of generated ones only the form", () => {
    expect(outputFact("envs", secret(["A=1"]), {})).toEqual({ secret: ["A=1"] });
    expect(outputFact("result", secret("aB3"), { special: false })).toEqual({
      secret: "3 of letters, digits",
    });
    expect(outputFact("result", secret("aB3-"), { special: true, overrideSpecial: "-_" })).toEqual({
      secret: "4 of letters, digits and -_",
    });
    expect(outputFact("bcryptHash", secret(`$2a$10$${"x".repeat(53)}`), {})).toEqual({
      secret: "$2a$10$, 60 characters",
    });
    expect(outputFact("uploads", secret([{ file: "/a", content: "four" }]), {})).toEqual({
      secret: [{ file: "/a", content: "4 characters" }],
    });
  });

  it("lists tcp and udp of one port in one order, whichever the plugin had", () => {
    const port = (internal: number, protocol: string): object => ({ internal, external: 29010, protocol });
    const [tcp, udp, other] = [port(80, "tcp"), port(80, "udp"), port(443, "tcp")];
    expect(outputFact("ports", [udp, tcp, other], {})).toEqual([tcp, udp, other]);
    expect(outputFact("ports", [tcp, udp, other], {})).toEqual([tcp, udp, other]);
  });

  it("notices characters that the settings do not allow", () => {
    expect(outputFact("result", "aB3-", { special: false })).toBe("4 of something else: -");
  });
});

describe("describeFirst", () => {
  it("reads mode, owner and text of a tar member", () => {
    const header = Buffer.alloc(512);
    header.write("0100444\0", 100);
    header.write("0001750\0", 108);
    header.write("0000000\0", 116);
    header.write("00000000005\0", 124);
    expect(describeFirst(Buffer.concat([header, Buffer.from("hello, and padding")]))).toBe(
      "0444 1000:0 hello",
    );
  });
});
