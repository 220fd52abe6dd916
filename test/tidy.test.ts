/** The house rules that a machine can see: who imports whom, and nothing left lying about. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The floor of every room under `src/` (docs/architecture.md). A room imports itself and lower floors. */
const FLOORS: ReadonlyMap<string, number> = new Map([
  ["text", 0],
  ["threads", 0],
  ["policy", 1],
  ["bytecode", 1],
  ["catalog", 1],
  ["request", 2],
  ["world", 2],
  ["reference", 3],
  ["compiler", 3],
  ["engine", 3],
  ["trail", 3],
  ["access", 4],
  ["whatif", 4],
  ["checks", 4],
  ["reports", 4],
  ["sts", 4],
  ["server", 5],
  ["cli", 6],
]);

/** Rooms of one floor that stand on each other all the same: who, on whom. */
const STAIRS: ReadonlySet<string> = new Set(["world request"]);

/** Lower floors that a room must not see, so that the two roads share nothing but the model (docs/architecture.md). */
const HIDDEN: ReadonlySet<string> = new Set(["reference bytecode"]);

/** Wire format, shared with asc. */
const SHARED = ["src/bytecode/batch-layout.ts", "src/bytecode/opcodes.ts", "src/bytecode/layout.ts"];

const SOURCES = [...filesIn("src"), ...filesIn("assembly")];
const EVERYTHING = [...SOURCES, ...filesIn("test"), ...filesIn("bench"), ...filesIn("scripts")];

describe("floors", () => {
  test("every room has one", () => {
    const rooms = new Set(filesIn("src").flatMap((path) => roomOf(path) ?? []));
    expect([...rooms].filter((room) => !FLOORS.has(room))).toEqual([]);
  });

  test("a room imports lower floors only", () => {
    const wrong = importsOf(filesIn("src")).filter(({ from, to }) => !mayImport(from, to));
    expect(wrong.map(inWords)).toEqual([]);
  });

  test("the evaluator imports the wire format and itself", () => {
    const wrong = importsOf(filesIn("assembly")).filter(
      ({ to }) => !to.startsWith("assembly/") && !SHARED.includes(to),
    );
    expect(wrong.map(inWords)).toEqual([]);
  });

  test("the wire format imports nothing", () => {
    expect(importsOf(SHARED).map(inWords)).toEqual([]);
  });

  test("nothing that decides reads the catalogue of actions", () => {
    const deciding = new Set(["policy", "bytecode", "request", "world", "reference", "compiler", "engine"]);
    const wrong = importsOf(filesIn("src")).filter(
      ({ from, to }) => to === "src/catalog/catalog.ts" && deciding.has(roomOf(from) ?? ""),
    );
    expect(wrong.map(inWords)).toEqual([]);
  });

  test("imports of packages are declared dependencies", () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<
      "dependencies" | "peerDependencies",
      Record<string, string>
    >;
    const wrong = packagesOf(filesIn("src")).filter(({ to }) => !(to in dependencies || to in peerDependencies));
    expect(wrong.map(inWords)).toEqual([]);
  });

  test("a wrong import is found", () => {
    expect(mayImport("src/engine/a.ts", "src/compiler/b.ts")).toBe(false);
    expect(mayImport("src/reference/a.ts", "src/bytecode/b.ts")).toBe(false);
    expect(mayImport("src/engine/a.ts", "src/bytecode/b.ts")).toBe(true);
    expect(mayImport("src/text/a.ts", "src/policy/b.ts")).toBe(false);
    expect(mayImport("src/text/a.ts", "src/text/b.ts")).toBe(true);
    expect(mayImport("src/cli/a.ts", "assembly/b.ts")).toBe(false);
  });
});

/** What must not stay in the code, each spelled so that it does not find itself. */
const LEFTOVERS = [
  {
    what: "a note to do it later",
    pattern: new RegExp(`\\b(TO${""}DO|FIX${""}ME|X${""}XX|HA${""}CK)\\b`),
    paths: EVERYTHING,
  },
  { what: "a test that keeps others from running", pattern: /\b(describe|test|it)\.only\b/, paths: filesIn("test") },
  { what: "a skipped test", pattern: /\b(describe|test|it)\.(skip|todo)\b/, paths: filesIn("test") },
  { what: "a debugger statement", pattern: /^\s*debugger\b/, paths: EVERYTHING },
  { what: "output from a library", pattern: /\bconsole\.\w+\(/, paths: SOURCES },
  { what: "a silenced compiler", pattern: /@ts-(ignore|nocheck|expect-error)/, paths: SOURCES },
  { what: "an assertion that nothing is something", pattern: /\b(null|undefined)!/, paths: SOURCES },
];

describe("leftovers", () => {
  for (const { what, pattern, paths } of LEFTOVERS) {
    test(`there is not ${what}`, () => {
      const found = paths.flatMap((path) =>
        linesOf(path).flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}`] : [])),
      );
      expect(found).toEqual([]);
    });
  }

  test("every source file begins with what it is for", () => {
    const silent = SOURCES.filter((path) => !/^\s*\/\*\*/.test(readFileSync(join(ROOT, path), "utf8")));
    expect(silent).toEqual([]);
  });

  test("the lock file names no registry", () => {
    expect(readFileSync(join(ROOT, "package-lock.json"), "utf8")).not.toMatch(/https?:\/\/[^"]*registry/);
  });
});

interface Import {
  readonly from: string;
  readonly line: number;
  readonly to: string;
}

function inWords({ from, line, to }: Import): string {
  return `${from}:${line} imports ${to}`;
}

function mayImport(from: string, to: string): boolean {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (!to.startsWith("src/")) return false;
  if (room === null || room === other) return true;
  if (other === null || HIDDEN.has(`${room} ${other}`)) return false;
  return FLOORS.get(other)! < FLOORS.get(room)! || STAIRS.has(`${room} ${other}`);
}

/** Null for what stands above the floors: `src/index.ts`. */
function roomOf(path: string): string | null {
  const [top, room, file] = path.split("/");
  return top === "src" && file !== undefined ? room! : null;
}

/** Of relative imports, the file they name. */
function importsOf(paths: readonly string[]): Import[] {
  return specifiersOf(paths).flatMap(({ from, line, to }) => {
    if (!to.startsWith(".")) return [];
    const file = posix.normalize(posix.join(dirname(from), to)).replace(/\.js$/, ".ts");
    return [{ from, line, to: file.endsWith(".ts") ? file : `${file}.ts` }];
  });
}

/** Of other imports, the package. */
function packagesOf(paths: readonly string[]): Import[] {
  return specifiersOf(paths).flatMap(({ from, line, to }) => {
    if (to.startsWith(".") || to.startsWith("node:")) return [];
    const [scope, name] = to.split("/");
    return [{ from, line, to: to.startsWith("@") ? `${scope}/${name}` : scope! }];
  });
}

const SPECIFIER = /(?:\bfrom|^import|\bimport\()\s*"([^"]+)"/;

function specifiersOf(paths: readonly string[]): Import[] {
  return paths.flatMap((from) =>
    linesOf(from).flatMap((text, at) => {
      const to = SPECIFIER.exec(text)?.[1];
      return to === undefined ? [] : [{ from, line: at + 1, to }];
    }),
  );
}

function linesOf(path: string): readonly string[] {
  return readFileSync(join(ROOT, path), "utf8").split("\n");
}

/** TypeScript files of a directory, by their path from the root. */
function filesIn(directory: string): readonly string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
