import fc from "fast-check";
import { formatAddress, gatewayAddress, overlaps, parseCidr, type Cidr } from "../../../model/cidr";

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`not a block: ${text}`);
  return parsed;
}

/** Blocks among 4096 addresses, so that a comparison address by address is quick. */
const block = fc
  .record({ prefix: fc.integer({ min: 20, max: 32 }), index: fc.nat(4095) })
  .map(({ prefix, index }) => {
    const size = 2 ** (32 - prefix);
    return `${formatAddress(0x0a_00_00_00 + Math.floor(index / size) * size)}/${prefix}`;
  });

describe("parseCidr", () => {
  it("knows first and last address", () => {
    expect(parseCidr("172.21.0.0/16")).toEqual({
      first: 172 * 2 ** 24 + 21 * 2 ** 16,
      last: 172 * 2 ** 24 + 21 * 2 ** 16 + 65_535,
      prefix: 16,
      text: "172.21.0.0/16",
    });
    expect(parseCidr("0.0.0.0/0")).toEqual({ first: 0, last: 2 ** 32 - 1, prefix: 0, text: "0.0.0.0/0" });
    expect(parseCidr("255.255.255.255/32")).toMatchObject({ first: 2 ** 32 - 1, last: 2 ** 32 - 1 });
  });

  it.each([
    "172.21.0.1/16",
    "172.21.0.0",
    "172.21.0/16",
    "256.0.0.0/8",
    "10.0.0.0/33",
    "010.0.0.0/8",
    "10.0.0.0/08",
    "fd00::/8",
    "",
  ])("refuses %p", (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe("overlaps", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.0/16", true],
    ["10.0.0.0/16", "10.1.0.0/16", false],
    ["10.0.0.0/24", "10.0.0.255/32", true],
    ["10.0.0.0/24", "10.0.0.0/32", true],
    ["10.0.0.7/32", "10.0.0.7/32", true],
    ["10.0.0.0/32", "10.0.0.1/32", false],
    ["172.21.0.0/16", "172.21.0.0/16", true],
  ])("%s and %s: %p, in either order", (a, b, expected) => {
    expect([overlaps(cidr(a), cidr(b)), overlaps(cidr(b), cidr(a))]).toEqual([expected, expected]);
  });

  it("is what comparing address by address says, in either order", () => {
    fc.assert(
      fc.property(block, block, (a, b) => {
        const [left, right] = [cidr(a), cidr(b)];
        const addresses = new Set(
          Array.from({ length: left.last - left.first + 1 }, (_, index) => left.first + index),
        );
        let shared = false;
        for (let address = right.first; address <= right.last && !shared; address++)
          shared = addresses.has(address);
        expect(overlaps(left, right)).toBe(shared);
        expect(overlaps(right, left)).toBe(shared);
      }),
    );
  });
});

it("gives the host the first usable address, as the engine does", () => {
  expect(gatewayAddress(cidr("172.21.0.0/16"))).toBe("172.21.0.1");
  expect(gatewayAddress(cidr("10.1.2.192/26"))).toBe("10.1.2.193");
});

it("writes every address so that it reads back", () => {
  fc.assert(
    fc.property(fc.nat(0xff_ff_ff_ff), (address) => {
      expect(parseCidr(`${formatAddress(address)}/32`)?.first).toBe(address);
    }),
  );
});
