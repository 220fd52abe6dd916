/** Reports in every format: what a log holds is text in all of them, never a command, a formula or markup. */
import { mkdirSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { bar, shares, timeline } from "../../src/cli/reports/charts.js";
import { code, plain } from "../../src/cli/reports/markdown.js";
import { html } from "../../src/cli/reports/markup.js";
import type { Report } from "../../src/whatif/report.js";
import { cut } from "../../src/whatif/shape.js";
import { event, USER } from "../trail/events.js";
import { folderWith, run } from "./run.js";

/** What somebody might write into a log to reach whoever reads the report. */
const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror="alert(1)">',
  "\u001b]0;title\u0007\u001b[31mred\u001b[2J",
  '=HYPERLINK("https://example.com","x")',
  "+1+1",
  "@SUM(1)",
  " -2+3",
  "\t=1+1",
  "| a | b |",
  "`code` ``more``",
  "\\`",
  "[link](javascript:alert(1)) ![](https://example.com/x.png)",
  "https://example.com www.example.com someone@example.com @someone #1",
  "line\nbreak\r\n## heading",
  "\u202etxt.exe\u2066\u200b",
  "&lt;b&gt; &amp;",
  "'\"><svg/onload=alert(1)>",
  "</code></td></tr></table><h1>all sums agree</h1>",
  "</title></style><script>x</script>",
  "${7*7}{{7*7}}",
  "$x^2$ ~~x~~ **x** __x__ ***",
  "x".repeat(3000),
];

const FORMATS = ["text", "json", "csv", "markdown", "html"] as const;
const reports = new Map<string, string>();
let report: Report;

beforeAll(async () => {
  const records = HOSTILE.flatMap((text, index) => {
    // Nobody knows account 444444444444, so that all of it is uncertain, and so grouped and sampled.
    const userIdentity = {
      ...USER,
      arn: `arn:aws:iam::444444444444:user/${text}`,
      accountId: "444444444444",
      userName: text,
      principalId: undefined,
    };
    const requestParameters = { bucketName: `b${index}`, key: text };
    return [
      event("s3 GetObject", { userIdentity, requestParameters, eventID: text, errorCode: `${text}` }),
      event("s3 PutObject", { userIdentity, requestParameters, eventID: text }),
    ];
  });
  const denied = event("ec2 StartInstances", {
    userIdentity: { ...USER, arn: "arn:aws:iam::111111111111:user/maya", principalId: undefined },
    requestParameters: { instancesSet: { items: [{ instanceId: "i-1" }] } },
    awsRegion: "eu-central-1",
    eventID: "<b>=1|`",
  });
  const folder = `${folderWith()}/<i>log|\`a\`,"b"`;
  mkdirSync(folder);
  writeFileSync(`${folder}/=a.json`, JSON.stringify({ Records: [...records, denied] }));
  for (const format of FORMATS) {
    const args = ["replay", "--world", "examples/world", "--trail", folder, "--threads", "0", "--top", "100"];
    const { exit, out } = await run([...args, "--format", format]);
    expect(exit).toBe(0);
    reports.set(format, out);
  }
  report = JSON.parse(reports.get("json")!) as Report;
});

test("hostile texts are in the report", () => {
  const principals = report.principals.groups.map(({ name }) => name);
  for (const text of HOSTILE) expect(principals).toContain(cut(`arn:aws:iam::444444444444:user/${text}`));
  expect(report.agreement.disagreements.groups).toHaveLength(1);
});

test.each(["text", "csv", "markdown", "html"])("%s holds nothing that moves a cursor or turns a line", (format) => {
  const text = reports.get(format)!;
  expect(text).not.toMatch(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/,
  );
});

test("text has one line where a log has several", () => {
  expect(reports.get("text")).not.toMatch(/^## heading/m);
  expect(reports.get("text")!.trimEnd().split("\n").at(-1)).toBe("all sums agree");
});

describe("csv", () => {
  test("every row has every column, and no cell is a formula", () => {
    const rows = parse(reports.get("csv")!) as string[][];
    const width = rows[0]!.length;
    for (const row of rows) {
      expect(row).toHaveLength(width);
      for (const cell of row) expect(cell.trimStart()).not.toMatch(/^[=+\-@|%\t\r＝＋－＠]/);
    }
    expect(rows.at(-1)![0]).toBe("end");
  });

  test("rows of a section sum up to its total", () => {
    const rows = parse(reports.get("csv")!, { columns: true }) as Record<string, string>[];
    for (const section of ["mark", "requests", "cause", "statement", "principal", "action", "resource", "day"]) {
      const counts = rows.filter((row) => row["section"] === section).map((row) => Number(row["count"]));
      expect([section, counts.reduce((sum, count) => sum + count, 0)]).toEqual([section, report.requests.judged]);
    }
  });
});

describe("markdown", () => {
  test("rows have the cells of their heads", () => {
    let width = 0;
    for (const line of reports.get("markdown")!.split("\n")) {
      if (!line.startsWith("|")) width = 0;
      else {
        const cells = cellsOf(line);
        if (width === 0) width = cells;
        expect([line, cells]).toEqual([line, width]);
      }
    }
  });

  /** As GitHub's parser cuts them: a backslash takes the sign behind it along. */
  function cellsOf(line: string): number {
    return line.replace(/\\./g, "").split("|").length - 2;
  }

  test("outside of code there is no markup but ours", () => {
    const rest = reports
      .get("markdown")!
      .replace(/`[^`\n]*`/g, "")
      .replace(/<code>[-0-9A-Za-z ,()&#;]*<\/code>/g, "")
      .replaceAll("<br>", "");
    expect(rest).not.toMatch(/[<>[\]`]|https?:|www\.|@/);
  });

  test("code and plain text", () => {
    expect(code("arn:aws:s3:::b/*")).toBe("`arn:aws:s3:::b/*`");
    expect(code("a`b|c\\d")).toBe("<code>a&#96;b&#124;c&#92;d</code>");
    expect(code(" a")).toBe("<code> a</code>");
    expect(plain("<b>*x*</b> a-b")).toBe("&#60;b&#62;&#42;x&#42;&#60;&#47;b&#62; a-b");
  });
});

describe("html", () => {
  const TAGS = new Set(
    "html head meta title style body header main footer h1 h2 h3 h4 p b code div dl dt dd span table thead tbody tr th td br ul li i small article details summary figure svg g rect line text".split(
      " ",
    ),
  );

  const ATTRIBUTES = new Set(
    "class style scope role aria-label viewBox preserveAspectRatio x y x1 x2 y1 y2 width height text-anchor".split(" "),
  );

  function tagsOf(body: string): readonly string[] {
    return [...body.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag);
  }

  test("has no elements but ours, loads nothing and runs nothing", () => {
    const page = reports.get("html")!;
    const body = page.slice(page.indexOf("</style>"));
    for (const [, name] of body.matchAll(/<\/?([a-zA-Z!][a-zA-Z0-9]*)/g)) expect(TAGS).toContain(name);
    for (const [, name] of tagsOf(body).flatMap((tag) => [...tag.matchAll(/ ([a-zA-Z:-]+)=/g)]))
      expect(ATTRIBUTES).toContain(name);
    expect(page.slice(0, page.indexOf("</style>"))).not.toMatch(/url\(|@import|expression\(/);
    expect(page).toContain("default-src 'none'");
    expect(page.endsWith("</html>\n")).toBe(true);
  });

  test("attributes are closed by us only", () => {
    const body = reports.get("html")!.split("</style>")[1]!;
    for (const tag of tagsOf(body)) {
      expect(tag).toMatch(/^<[a-z][a-z0-9]*( [a-zA-Z0-9:-]+="[^"<>]*"| open)*>$/);
    }
  });

  test("templates escape whatever is put in", () => {
    expect(html`<p title="${'"><i>'}">${["<b>", html`<i></i>`, 1, null]}</p>`.text).toBe(
      '<p title="&#34;&#62;&#60;i&#62;">&#60;b&#62;<i></i>1</p>',
    );
  });

  test("elements are closed in the order of their opening", () => {
    const open = ["html"];
    const body = reports.get("html")!.split("</head>")[1]!;
    for (const [, slash, name] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (name === "br") continue;
      if (slash === "") open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

describe("charts", () => {
  const day = (name: string | null, count: number) => ({ day: name, marks: { newlyDenied: count } });
  const columns = (days: Parameters<typeof timeline>[0]) =>
    timeline(days, ["newlyDenied"])?.text.match(/<g>/g)?.length ?? 0;

  test("time is by day, month or year, with the gaps where there is room for them", () => {
    expect(columns([day("2026-01-01", 1), day("2026-01-05", 2)])).toBe(5);
    expect(columns([day("2025-12-31", 1), day("2026-12-01", 1)])).toBe(13);
    expect(columns([day("1990-01-01", 1), day("2026-12-01", 1)])).toBe(37);
  });

  test("one day, or none, is no picture; invented years are not all drawn", () => {
    expect(timeline([day("2026-01-01", 1), day(null, 9)], ["newlyDenied"])).toBeNull();
    expect(timeline([], ["newlyDenied"])).toBeNull();
    expect(columns([day("0001-01-01", 1), day("9999-12-31", 1)])).toBe(2);
    const many = Array.from({ length: 5000 }, (_, year) => day(`${String(year).padStart(4, "0")}-01-01`, 1));
    expect(columns(many)).toBe(120);
  });

  test("what is rare can be seen", () => {
    expect(bar({ newlyDenied: 1 }, ["newlyDenied"], 1_000_000).text).toContain('width="0.5"');
    expect(shares([{ name: "a", count: 0, style: "good" }]).text).not.toContain("<rect");
  });
});
