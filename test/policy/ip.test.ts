import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, test } from "vitest";
import { isInRange, parseIpAddress, parseIpRange } from "../../src/policy/ip.js";

function matches(range: string, address: string): boolean {
  const parsed = parseIpRange(range);
  return parsed !== null && isInRange(parseIpAddress(address)!, parsed);
}

describe("ranges (COND-60, COND-61)", () => {
  test.each([
    ["203.0.113.5", "203.0.113.5", true],
    ["203.0.113.5", "203.0.113.6", false],
    ["192.0.2.77/24", "192.0.2.1", true],
    ["192.0.2.0/31", "192.0.2.2", false],
    ["2001:db8::1/32", "2001:db8::5", false],
    ["2001:db8::/32", "2001:db8::5", true],
    ["2001:db8::/32", "2001:db9::5", false],
    ["2001:db8::8000/113", "2001:db8::8001", true],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "2001:db8::1", true],
    ["::/0", "10.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:a01:203", true],
    ["::ffff:10.1.2.3", "10.1.2.3", false],
    ["::ffff:10.1.2.3", "::ffff:10.1.2.3", false],
    ["10.1.2.3/+8", "10.9.9.9", true],
    ["10.1.2.3/008", "10.9.9.9", true],
    ["010.001.002.003", "10.1.2.3", true],
    ["10.1.2.3", "010.1.2.3", true],
    ["128.0.0.0/1", "200.0.0.1", true],
    ["128.0.0.0/1", "100.0.0.1", false],
    ["1.2.3.4/32", "1.2.3.4", true],
  ])("%s holds %s: %s", (range, address, held) => {
    expect(matches(range, address)).toBe(held);
  });

  test.each([
    "",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/ 8",
    "10.0.0",
    "10.0.0.0.0",
    "10.0.0.256",
    "0x0a.0.0.1",
    "10.0.0.0/0x8",
    "10..0.1",
    "2001:db8::1%eth0",
    "::/129",
    "2001:db8::/++4",
    "::/",
    "1.2.3.4::",
    "a",
    "*",
    "2001:db8::1/64",
    "::1::2",
    "12345::",
    "g::",
    "10.0.0.1 ",
    "::1.2.3",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8::",
    ":",
    "",
    "10.0.0.1/٨",
  ])("%j is no range", (text) => {
    expect(parseIpRange(text)).toBeNull();
  });
});

describe("addresses (COND-61)", () => {
  test.each(["192.0.2.1/32", "", " ", "unknown", "AWS Internal", "::1/128", "fe80::1%eth0"])(
    "%j is no address",
    (text) => {
      expect(parseIpAddress(text)).toBeNull();
    },
  );

  test.each([
    ["2001:db8::1:", "2001:db8::1"],
    ["1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8"],
    [":2001:db8::1", "0:2001:db8::1"],
    [":1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"],
    ["2001:db8:::1", "2001:db8::1"],
    ["2001:DB8::A", "2001:db8::a"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ])("%s is %s", (odd, plain) => {
    expect(parseIpAddress(odd)).not.toBeNull();
    expect(parseIpAddress(odd)).toEqual(parseIpAddress(plain));
  });

  test.each(["2001::db8::1", "2001:db8::::1", "1::2::", "::1:::2"])("%s stays malformed", (text) => {
    expect(parseIpAddress(text)).toBeNull();
  });
});

describe("against ipaddr.js", () => {
  const bytes4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const bytes16 = fc.array(fc.constantFrom(0, 0, 0, 1, 16, 255), { minLength: 16, maxLength: 16 });
  const address = fc
    .oneof(
      bytes4.map((bytes) => [...bytes]),
      bytes16,
    )
    .map((bytes) => ipaddr.fromByteArray(bytes));

  test("what it writes is what we read", () => {
    fc.assert(
      fc.property(address, fc.boolean(), (parsed, short) => {
        const text = short ? parsed.toString() : parsed.toNormalizedString();
        const plain = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
        expect([...parseIpAddress(text)!.bytes]).toEqual(plain.toByteArray());
        expect([...parseIpRange(text)!.bytes]).toEqual(parsed.toByteArray());
      }),
    );
  });

  test("ranges hold the same addresses", () => {
    fc.assert(
      fc.property(bytes4, bytes4, fc.integer({ min: 0, max: 32 }), fc.nat(32), (base, noise, prefix, shared) => {
        const near = [...base].map((byte, index) => (index * 8 < shared ? byte : (noise[index] ?? 0)));
        const range = ipaddr.IPv4.parse(base.join("."));
        const value = ipaddr.IPv4.parse(near.join("."));
        expect(matches(`${range}/${prefix}`, value.toString())).toBe(value.match(range, prefix));
      }),
    );
    fc.assert(
      fc.property(bytes16, bytes16, fc.integer({ min: 0, max: 128 }), fc.nat(128), (base, noise, prefix, shared) => {
        const near = base.map((byte, index) => (index * 8 < shared ? byte : noise[index]!));
        const network = ipaddr.IPv6.networkAddressFromCIDR(`${ipaddr.fromByteArray(base)}/${prefix}`);
        const value = ipaddr.fromByteArray(near) as ipaddr.IPv6;
        const mapped = value.isIPv4MappedAddress();
        expect(matches(`${network}/${prefix}`, value.toString())).toBe(!mapped && value.match(network, prefix));
      }),
    );
  });
});
