/** IP addresses and ranges as the condition operators read them (COND-60, COND-61), odd spellings included. */

export interface IpAddress {
  readonly family: 4 | 6;
  /** 4 or 16 bytes in network order. */
  readonly bytes: Uint8Array;
}

export interface IpRange extends IpAddress {
  /** Leading bits that count: 0–32 or 0–128. `bytes` is zero behind them. */
  readonly prefix: number;
}

/** A request value: a bare address. An IPv4-mapped one is the IPv4 address in it. */
export function parseIpAddress(text: string): IpAddress | null {
  const address = parseEither(text);
  if (address === null || !isMapped(address)) return address;
  return { family: 4, bytes: address.bytes.slice(12) };
}

/**
 * An operand: an address or a range in CIDR notation. Host bits of an IPv4 range are ignored; an IPv6 range with host bits
 * matches nothing and is null. A mapped operand stays IPv6 and so matches no IPv4 value.
 */
export function parseIpRange(text: string): IpRange | null {
  const slash = text.indexOf("/");
  const address = parseEither(slash === -1 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.bytes.length * 8;
  const prefix = slash === -1 ? bits : parsePrefix(text.slice(slash + 1), bits);
  if (prefix === null) return null;
  const bytes = masked(address.bytes, prefix);
  if (address.family === 6 && bytes.some((byte, index) => byte !== address.bytes[index])) return null;
  return { family: address.family, bytes, prefix };
}

/** Whether an address lies in a range of its own family. */
export function isInRange(address: IpAddress, range: IpRange): boolean {
  if (address.family !== range.family) return false;
  const bytes = masked(address.bytes, range.prefix);
  return bytes.every((byte, index) => byte === range.bytes[index]);
}

function masked(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff00 >> kept) & 0xff;
  });
}

/** `+` and leading zeros are tolerated. */
function parsePrefix(text: string, max: number): number | null {
  return boundedNumber(text.startsWith("+") ? text.slice(1) : text, max);
}

function parseEither(text: string): IpAddress | null {
  const bytes = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return bytes === null ? null : { family: bytes.length === 4 ? 4 : 6, bytes };
}

/** Four decimal octets; leading zeros do not make them octal. */
function parseIpv4(text: string): Uint8Array | null {
  const octets = text.split(".", 5);
  if (octets.length !== 4) return null;
  const bytes = new Uint8Array(4);
  for (const [index, octet] of octets.entries()) {
    const value = boundedNumber(octet, 255);
    if (value === null) return null;
    bytes[index] = value;
  }
  return bytes;
}

/**
 * Tolerated as live AWS does: one `:` too many at the end, an empty first group (reads as 0), and one colon too many
 * behind the compressed run (`2001:db8:::1`).
 */
function parseIpv6(text: string): Uint8Array | null {
  const trimmed = text.endsWith(":") && !text.endsWith("::") ? text.slice(0, -1) : text;
  const run = trimmed.indexOf("::");
  if (run === -1) {
    const groups = parseGroups(trimmed, { first: true, last: true });
    return groups?.length === 16 ? Uint8Array.from(groups) : null;
  }
  const behind = trimmed.slice(run + 2);
  const head = run === 0 ? [] : parseGroups(trimmed.slice(0, run), { first: true, last: false });
  const rest = behind.startsWith(":") ? behind.slice(1) : behind;
  const tail = rest === "" ? [] : parseGroups(rest, { first: false, last: true });
  // The run stands for at least one group.
  if (head === null || tail === null || head.length + tail.length > 14) return null;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** The bytes of the groups between colons. Only the address's first group may be empty, only its last may be dotted. */
function parseGroups(text: string, holds: { first: boolean; last: boolean }): number[] | null {
  const groups = text.split(":", 10);
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (group === "" && index === 0 && holds.first && groups.length > 1) {
      bytes.push(0, 0);
    } else if (group.includes(".")) {
      const embedded = holds.last && index === groups.length - 1 ? parseIpv4(group) : null;
      if (embedded === null) return null;
      bytes.push(...embedded);
    } else {
      const value = parseHexGroup(group);
      if (value === null) return null;
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

function parseHexGroup(group: string): number | null {
  if (group.length < 1 || group.length > 4) return null;
  let value = 0;
  for (let index = 0; index < group.length; index += 1) {
    const digit = "0123456789abcdef".indexOf(group.charAt(index).toLowerCase());
    if (digit === -1) return null;
    value = value * 16 + digit;
  }
  return value;
}

/** Decimal digits with any number of leading zeros, up to `max`. */
function boundedNumber(text: string, max: number): number | null {
  if (text === "") return null;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
    if (value > max) return null;
  }
  return value;
}

function isMapped(address: IpAddress): boolean {
  const { bytes } = address;
  return bytes.length === 16 && bytes.every((byte, index) => index >= 12 || byte === (index < 10 ? 0 : 0xff));
}
