/** Prints a hash of the bundle of each of some worlds, one a line: for the test that another process makes the same bytes. */
import { createHash } from "node:crypto";
import { compile } from "../../src/compiler/compile.js";
import { loadWorld } from "../../src/world/load.js";
import { everythingWorld } from "../bytecode/everything.js";
import { Random } from "../generators/random.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";

/** The example, the world of everything, and generated ones. */
export async function bundleHashes(count: number): Promise<string[]> {
  const { world } = await loadWorld("examples/world");
  const hashes = [hashOf(compile(world!)), hashOf(compile(everythingWorld()))];
  for (let number = 0; hashes.length < count; number++) {
    const town = townOf(new Random(1, 33, number));
    try {
      hashes.push(hashOf(compile(worldOf(town))));
    } catch {
      // Strict grammar refuses some of the worlds.
    }
  }
  return hashes;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

if (process.argv[1] === import.meta.filename) {
  console.log((await bundleHashes(Number(process.argv[2]))).join("\n"));
}
