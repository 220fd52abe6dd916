import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asBool, compareDecimals, decodeBase64, parseDate, parseDecimal } from "../../src/policy/literals.js";

function compare(left: string, right: string): number {
  return Math.sign(compareDecimals(parseDecimal(left)!, parseDecimal(right)!));
}

describe("numbers (COND-30, COND-32)", () => {
  test.each([
    ["1", "1.0", 0],
    ["+5", "5.", 0],
    [".5", "0.50", 0],
    ["-.5", "-5e-1", 0],
    ["007", "7", 0],
    ["1e0", "1", 0],
    ["0", "-0", 0],
    ["0e9999", "-0.000e-9999", 0],
    ["9007199254740993", "9007199254740992", 1],
    ["12345678901234567890123456789012345678901", "12345678901234567890123456789012345678900", 1],
    ["1e400", "1e399", 1],
    ["1e400", "9e399", 1],
    ["-1e400", "1", -1],
    ["-2", "-1", -1],
    ["-10", "-9", -1],
    ["0.1", "0.09", 1],
    ["0.12", "0.1", 1],
    ["1e-9999", "0", 1],
    ["-1e-9999", "0", -1],
    ["1e9999", "1e0009999", 0],
    ["100", "1e2", 0],
  ])("%s against %s: %d", (left, right, sign) => {
    expect(compare(left, right)).toBe(sign);
    expect(Math.sign(compare(right, left))).toBe(sign === 0 ? 0 : -sign);
  });

  test.each([
    "",
    " ",
    "1 ",
    " 1",
    "abc",
    "NaN",
    "Infinity",
    "0x10",
    "1_0",
    "1,5",
    "1e",
    "1e+",
    "e1",
    ".",
    "+",
    "-",
    "--1",
    "1.2.3",
    "1e1.5",
    "１",
    "1e10000",
    "1e-10000",
    "1e99999999999999999999",
    "10abc",
    "1\n",
    "٣",
  ])("%j is no number", (text) => {
    expect(parseDecimal(text)).toBeNull();
  });

  test("equal numbers have equal fields", () => {
    expect(parseDecimal("-0012.3400")).toEqual({ negative: true, digits: "1234", exponent: 2 });
    expect(parseDecimal("0.00")).toEqual({ negative: false, digits: "", exponent: 0 });
    expect(parseDecimal("0.001e5")).toEqual(parseDecimal("100"));
  });

  test("integers compare as BigInt does", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.nat(5), (left, right, zeros) => {
        const sign = left < right ? -1 : left > right ? 1 : 0;
        expect(compare(`${left}.${"0".repeat(zeros)}`, `${right}e0`)).toBe(sign);
      }),
    );
  });

  test("doubles compare as numbers do, where their text is exact", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (left, right) => {
          expect(compare(String(left), String(right))).toBe(Math.sign(left < right ? -1 : left > right ? 1 : 0));
        },
      ),
    );
  });
});

describe("dates (COND-40, COND-43)", () => {
  test.each([
    ["2026", Date.UTC(2026, 0, 1)],
    ["2026-11", Date.UTC(2026, 10, 1)],
    ["2026-11-24", Date.UTC(2026, 10, 24)],
    ["2026-11-24T09:50", Date.UTC(2026, 10, 24, 9, 50)],
    ["2026-11-24T09:50:07", Date.UTC(2026, 10, 24, 9, 50, 7)],
    ["2026-11-24T09:50:07Z", Date.UTC(2026, 10, 24, 9, 50, 7)],
    ["2026-11-24t09:50:07z", Date.UTC(2026, 10, 24, 9, 50, 7)],
    ["2026-11-24T09:50:07.5Z", Date.UTC(2026, 10, 24, 9, 50, 7, 500)],
    ["2026-11-24T09:50:07.1239999Z", Date.UTC(2026, 10, 24, 9, 50, 7, 123)],
    ["2026-11-24T09:50+02:00", Date.UTC(2026, 10, 24, 7, 50)],
    ["2026-11-24T09:50:00-05:30", Date.UTC(2026, 10, 24, 15, 20)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["2000-02-29", Date.UTC(2000, 1, 29)],
    ["1969-12-31T23:59:59.999Z", -1],
    ["0000-03-01", -62162035200000],
    ["9999-12-31T23:59:59.999Z", 253402300799999],
    ["1795392001", 1795392001000],
    ["+1795392001.25", 1795392001250],
    ["1795392001.9999", 1795392001999],
    ["-1.5", -1500],
    ["0", 0],
    ["-0", 0],
    ["+2026", 2026000],
    ["02026", 2026000],
    ["2026.0", 2026000],
    ["1.", 1000],
    ["999999999999", 999999999999000],
  ])("%s", (text, instant) => {
    expect(parseDate(text)).toBe(instant);
  });

  test.each([
    "",
    "soon",
    "2026-13-01",
    "2026-00-01",
    "2026-02-29",
    "1900-02-29",
    "2020-02-30",
    "2026-04-31",
    "2026-11-24T24:00",
    "2026-11-24T23:60",
    "2026-11-24T23:59:60",
    "2026-11-24T09",
    "2026-11-24 09:50",
    "2026-11-24T09:50:07.Z",
    "2026-11-24T09:50:07+0200",
    "2026-11-24T09:50+02",
    "2026-11-24T09:50+24:00",
    "2026-11-24T09:50+02:60",
    "2026-11-24Z",
    "2026-1-1",
    "2026-11-24T9:50",
    "26-11-24",
    "2026-",
    "2026-11-",
    "2026-11-24T",
    "Jan 1 2020",
    "1e9",
    "1000000000000",
    "١٩٧٠",
    " 2026",
    "2026 ",
    "2026-11-24T09:50:07Zz",
    "+",
    "-",
    "2026-11-24T09:50:07.5.5Z",
    ".5",
    "+2026-01-01",
  ])("%j is no date", (text) => {
    expect(parseDate(text)).toBeNull();
  });

  test("every instant that Date can write in ISO form", () => {
    const range = {
      min: new Date("0000-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(parseDate(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

test("Booleans (COND-50)", () => {
  expect(["true", "TRUE", "True"].map(asBool)).toEqual([true, true, true]);
  expect(["false", "yes", "1", "", " true ", "true\n", "ｔrue"].map(asBool)).toEqual(Array(7).fill(false));
});

describe("base64 (COND-55)", () => {
  test("decodes what encoders write", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
      }),
    );
  });

  test("bits behind the last byte may be set", () => {
    expect(decodeBase64("YR==")).toEqual(decodeBase64("YQ=="));
    expect(decodeBase64("YWJ=")).toEqual(decodeBase64("YWI="));
  });

  test.each(["YQ", "YQ=", "Y===", "====", "=", "YQ==YQ==", "YQ= =", "Y-_=", "YW Jj", "YQ==\n", "YWJj=", "é==="])(
    "%j is no base64",
    (text) => {
      expect(decodeBase64(text)).toBeNull();
    },
  );
});
