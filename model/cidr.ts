/** IPv4 address ranges: just what lanes need (parse, overlap, the gateway's address). */
export interface Cidr {
  /** First address as an unsigned 32-bit number. */
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
  readonly text: string;
}

/** @returns undefined when `text` is not a canonical IPv4 CIDR block (host bits must be zero). */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\/(0|[1-9]\d?)$/.exec(
    text,
  );
  if (!match) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const prefix = Number(match[5]);
  if (octets.some((octet) => octet > 255) || prefix > 32) return undefined;
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1, prefix, text } : undefined;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** The lane's own address on the host: the first usable one, as Docker assigns it. */
export function gatewayAddress(cidr: Cidr): string {
  return formatAddress(cidr.first + 1);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
