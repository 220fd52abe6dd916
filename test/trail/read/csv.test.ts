/** CSV of Athena and of CloudTrail Lake: columns, the text of structures, rows that are damaged. */
import { describe, expect, test } from "vitest";
import { readHeader, recordOfRow } from "../../../src/trail/read/columns.js";
import type { TrailEvent } from "../../../src/trail/read.js";
import { type Had, readAll, streamOf } from "./reading.js";

async function readCsv(text: string | Uint8Array, size = 50): Promise<Had<TrailEvent>> {
  return readAll([streamOf("t.csv", Buffer.from(text), size)]);
}

/** A field in quotes. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function row(...fields: readonly string[]): string {
  return `${fields.map(quoted).join(",")}\n`;
}

describe("Athena", () => {
  // As `SELECT * FROM cloudtrail_logs` gives them, with the table of AWS's documentation.
  test("gives names without case, structures without quotes, JSON as it was", async () => {
    const header = row(
      "eventversion",
      "useridentity",
      "eventtime",
      "eventsource",
      "eventname",
      "requestparameters",
      "readonly",
      "resources",
      "tlsdetails",
      "additionaleventdata",
    );
    const useridentity =
      "{type=AssumedRole, principalid=AROAX:ci, arn=arn:aws:sts::111111111111:assumed-role/Deploy/ci, accountid=111111111111, " +
      "invokedby=null, accesskeyid=ASIAX, username=null, sessioncontext={attributes={mfaauthenticated=false, " +
      "creationdate=2026-11-24T08:00:00Z}, sessionissuer={type=Role, principalid=AROAX, arn=arn:aws:iam::111111111111:role/a, b/Deploy, " +
      "accountid=111111111111, username=Deploy}}}";
    const resources =
      "[{arn=arn:aws:s3:::bookshop-site/a=b, c.html, accountid=null, type=AWS::S3::Object}, {arn=arn:aws:s3:::bookshop-site, accountid=111111111111, type=AWS::S3::Bucket}]";
    const text =
      header +
      row(
        "1.11",
        useridentity,
        "2026-11-24T08:01:00Z",
        "s3.amazonaws.com",
        "PutObject",
        '{"bucketName":"bookshop-site","key":"a\\"b"}',
        "false",
        resources,
        "{tlsversion=TLSv1.3, ciphersuite=null, clientprovidedhostheader=h}",
        "",
      );
    const { events, reasons } = await readCsv(text);
    expect(reasons).toEqual([]);
    expect(events).toEqual([
      {
        eventVersion: "1.11",
        userIdentity: {
          type: "AssumedRole",
          principalId: "AROAX:ci",
          arn: "arn:aws:sts::111111111111:assumed-role/Deploy/ci",
          accountId: "111111111111",
          accessKeyId: "ASIAX",
          sessionContext: {
            attributes: { mfaAuthenticated: "false", creationDate: "2026-11-24T08:00:00Z" },
            sessionIssuer: {
              type: "Role",
              principalId: "AROAX",
              arn: "arn:aws:iam::111111111111:role/a, b/Deploy",
              accountId: "111111111111",
              userName: "Deploy",
            },
          },
        },
        eventTime: "2026-11-24T08:01:00Z",
        eventSource: "s3.amazonaws.com",
        eventName: "PutObject",
        requestParameters: { bucketName: "bookshop-site", key: 'a"b' },
        readOnly: false,
        resources: [
          { ARN: "arn:aws:s3:::bookshop-site/a=b, c.html", type: "AWS::S3::Object" },
          { ARN: "arn:aws:s3:::bookshop-site", accountId: "111111111111", type: "AWS::S3::Bucket" },
        ],
        tlsDetails: { tlsVersion: "TLSv1.3", clientProvidedHostHeader: "h" },
      },
    ]);
  });

  test("structures may come as JSON, too", async () => {
    const text =
      row("eventName", "userIdentity") +
      row("X", '{"Type":"Root","AccountID":"1","sessioncontext":{"attributes":null}}');
    expect((await readCsv(text)).events).toEqual([
      { eventName: "X", userIdentity: { type: "Root", accountId: "1", sessionContext: {} } },
    ]);
  });
});

describe("CloudTrail Lake", () => {
  test("gives maps and SQL's times", async () => {
    const text =
      row("eventName", "eventTime", "requestParameters", "eventJson2") +
      row(
        "RunInstances",
        "2026-11-24 08:01:02.000",
        '{instancesSet={"items":[{"imageId":"ami-1, 2"}]}, note=a, b=c d, x=null, list=[1, 2]}',
        "",
      );
    const { events, reasons } = await readCsv(text);
    expect(reasons).toEqual([]);
    expect(events).toEqual([
      {
        eventName: "RunInstances",
        eventTime: "2026-11-24T08:01:02Z",
        requestParameters: { instancesSet: { items: [{ imageId: "ami-1, 2" }] }, note: "a", b: "c d", list: [1, 2] },
      },
    ]);
  });

  test("values of maps: quotes and brackets that mean nothing, and those that do", async () => {
    const table: [string, unknown][] = [
      ['{note=5" disk, b=1}', { note: '5" disk', b: "1" }],
      ['{note={"a":"}, x=1"}, b=1}', { note: { a: "}, x=1" }, b: "1" }],
      ["{note=a{b}c[d], b=1}", { note: "a{b}c[d]", b: "1" }],
      ["{note=[not json], b=1}", { note: "[not json]", b: "1" }],
      ["{note=a, b, c=1}", { note: "a, b", c: "1" }],
      ["{note=, b=1}", { note: "", b: "1" }],
      ["[{a=1}, {a=2}]", [{ a: "1" }, { a: "2" }]],
      ["[]", []],
      ["{}", {}],
    ];
    for (const [text, expected] of table) {
      const { events } = await readCsv(row("eventName", "requestParameters") + row("X", text));
      expect(events, text).toEqual([{ eventName: "X", requestParameters: expected }]);
    }
    for (const text of ["{a=1", "{a=1}}", "{=1}", "{a}", "{a={b}", '{a={"b}', "[{a=1}", "{a=1, a=2}"]) {
      const { reasons } = await readCsv(row("eventName", "requestParameters") + row("X", text));
      expect(reasons, text).toEqual(["invalid-field@0"]);
    }
  });

  test("may give the whole record as JSON", async () => {
    const record = { eventName: "X", requestParameters: { a: "1,2\n3" } };
    const { events } = await readCsv(row("eventID", "eventJson") + row("i", JSON.stringify(record)));
    expect(events).toEqual([record]);
  });
});

test("what remains of times", async () => {
  const table: [string, string][] = [
    ["2026-11-24 08:01:02", "2026-11-24T08:01:02Z"],
    ["2026-11-24 08:01:02.120 UTC", "2026-11-24T08:01:02.120Z"],
    ["2026-11-24 08:01:02+00", "2026-11-24T08:01:02Z"],
    ["2026-11-24 08:01:02+01:00", "2026-11-24 08:01:02+01:00"],
    ["yesterday", "yesterday"],
  ];
  for (const [given, expected] of table) {
    const { events } = await readCsv(row("eventName", "eventTime") + row("X", given));
    expect(events[0]!["eventTime"]).toBe(expected);
  }
});

describe("damage", () => {
  const header = "eventName,eventSource,requestParameters\n";

  test("too few fields, too many, quotes that do not match", async () => {
    const text = `${header}A,s,\nB,s\nC,s,,\nD,"s",\nE,"s"x,\nF,s,\n`;
    const { events, reasons, items } = await readCsv(text);
    expect(events.map(({ eventName }) => eventName)).toEqual(["A", "D", "F"]);
    expect(reasons).toEqual(["invalid-row@1", "invalid-row@2", "invalid-row@4"]);
    expect(items[1]).toMatchObject({
      message: "the row has 2 fields, its header 3",
      place: { line: 3, offset: 45, size: 4 },
    });
  });

  test("a quote that never closes costs its line", async () => {
    const { events, reasons } = await readCsv(`${header}A,s,\nB,"s,\nC,s,\nD,s,\n`);
    expect(events.map(({ eventName }) => eventName)).toEqual(["A", "C", "D"]);
    expect(reasons).toEqual(["invalid-row@1"]);
  });

  test("a quote too many in the middle costs its line", async () => {
    const rows = Array.from({ length: 50 }, (_, at) => (at === 20 ? 'X,"s,\n' : `A${at},"s,\nt",\n`)).join("");
    const { events, reasons } = await readCsv(header + rows);
    expect(events.length + reasons.length).toBeGreaterThanOrEqual(50);
    expect(events.map(({ eventName }) => eventName)).toEqual(expect.arrayContaining(["A0", "A19"]));
    expect(reasons.length).toBeGreaterThan(0);
  });

  test("fields that are not of their column's type", async () => {
    const table: [string, string][] = [
      ['{"a":1,"a":2}', "duplicate-key@0"],
      ["{a", "invalid-field@0"],
      ["{a=1, a=2}", "invalid-field@0"],
      ['{"a":"\\ud800"}', "ill-formed-text@0"],
      [`${"[".repeat(100)}${"]".repeat(100)}`, "too-deep@0"],
    ];
    for (const [field, reason] of table) {
      const { reasons } = await readCsv(header + row("X", "s", field));
      expect(reasons, field).toEqual([reason]);
    }
    // A parameter that is a mere text stays one.
    expect((await readCsv(header + row("X", "s", "just text"))).events).toMatchObject([
      { requestParameters: "just text" },
    ]);
  });

  test("structures with members that nobody knows, or twice", async () => {
    const only = "eventName,userIdentity\n";
    for (const field of ["{kind=Root}", "{type=Root, type=Root}", "{type=Root", "type=Root}", "{type=Root}}"]) {
      expect((await readCsv(only + row("X", field))).reasons, field).toEqual(["invalid-field@0"]);
    }
    for (const field of ["{type=Root, no=member}x", "null", "{}"]) {
      expect((await readCsv(only + row("X", field))).items, field).toHaveLength(1);
    }
    const twice = '{"type":"Root","TYPE":"IAMUser"}';
    expect((await readCsv(only + row("X", twice))).reasons).toEqual(["duplicate-key@0"]);
  });

  test("bytes that are not UTF-8, and a last row without its newline", async () => {
    const bytes = Buffer.concat([Buffer.from(`${header}A,`), Buffer.from([0xff]), Buffer.from(",\nB,s,\nC,s,")]);
    const { events, reasons } = await readCsv(bytes);
    expect(events.map(({ eventName }) => eventName)).toEqual(["B", "C"]);
    expect(reasons).toEqual(["invalid-row@0"]);
  });

  test("a row beyond the limit, with and without lines in it", async () => {
    const read = (text: string) => readAll([streamOf("t", Buffer.from(text), 40)], { recordBytesMax: 200 });
    const long = await read(`${header}A,s,\nB,s,${"x".repeat(500)}\nC,s,\n`);
    expect(long.events.map(({ eventName }) => eventName)).toEqual(["A", "C"]);
    expect(long.reasons).toEqual(["record-too-large@1"]);
    // One quote, and everything behind it would be one field.
    const open = await read(`${header}A,s,\nB,"s,\n${"C,s,\n".repeat(100)}`);
    expect(open.events.filter(({ eventName }) => eventName === "C")).toHaveLength(100);
    expect(open.reasons).toEqual(["invalid-row@1"]);
  });

  test("blank lines are nothing", async () => {
    const { events, items } = await readCsv("eventName,eventSource\n\nA,s\n \r\n\t\nB,s\n\n");
    expect(events.map(({ eventName }) => eventName)).toEqual(["A", "B"]);
    expect(items.map(({ place }) => place.line)).toEqual([3, 6]);
  });

  test("exactly the limit of a row is not beyond it", async () => {
    const row = `A,${"s".repeat(98)}`;
    const read = (recordBytesMax: number) =>
      readAll([streamOf("t", Buffer.from(`eventName,eventSource\n${row}\n`), 7)], { recordBytesMax });
    expect((await read(row.length)).events).toHaveLength(1);
    expect((await read(row.length - 1)).reasons).toEqual(["record-too-large@0"]);
  });

  test("names that prototypes have", async () => {
    const { events } = await readCsv("eventName,__proto__,constructor\nX,a,b\n");
    expect(Object.entries(events[0]!)).toEqual([
      ["eventName", "X"],
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });
});

describe("headers", () => {
  test("between files that were put one behind another", async () => {
    const first = "eventName,eventSource,mine\n";
    const text = `${first}A,s,1\n${first}B,s,2\nEVENTSOURCE,eventname,eventid\ns,C,3\neventName,userAgent\nD,u\neventName,eventName\n`;
    const { events, reasons, items } = await readCsv(text);
    expect(events).toEqual([
      { eventName: "A", eventSource: "s", mine: "1" },
      { eventName: "B", eventSource: "s", mine: "2" },
      { eventName: "C", eventSource: "s", eventID: "3" },
      { eventName: "D", userAgent: "u" },
      // No header has a name twice, so this is a record, if a strange one.
      { eventName: "eventName", userAgent: "eventName" },
    ]);
    expect(reasons).toEqual([]);
    expect(items.map(({ place }) => place.line)).toEqual([2, 4, 6, 8, 9]);
  });

  test("of no trail are refused", () => {
    expect(readHeader(["name", "age"])).toMatch(/no column is called `eventName`/);
    expect(readHeader(["eventName", "EVENTNAME"])).toBe("two columns are called `eventname`");
    expect(readHeader([])).toMatch(/no column/);
  });

  test("alone are a file without records", async () => {
    const { items, totals } = await readCsv("eventName,eventSource\n");
    expect(items).toEqual([]);
    expect(totals.files.empty).toBe(1);
  });

  test("values that are missing are not there", () => {
    const columns = readHeader(["eventname", "readonly", "errorcode"]);
    if (typeof columns === "string") throw new Error(columns);
    expect(recordOfRow(columns, ["X", "true", ""], 64)).toEqual({
      ok: true,
      value: { eventName: "X", readOnly: true },
    });
    expect(recordOfRow(columns, ["X", null, undefined], 64)).toEqual({ ok: true, value: { eventName: "X" } });
  });
});
