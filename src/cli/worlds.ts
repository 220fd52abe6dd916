/** Worlds and bundles from the paths that commands are given. */
import { Engine } from "../engine/engine.js";
import type { WorldOptions } from "../policy/options.js";
import { type Diagnostic, InvalidInput } from "../text/diagnostic.js";
import { loadWorld } from "../world/load.js";
import type { World } from "../world/model.js";
import { BUNDLE_BYTES_MAX, readBytes } from "./files.js";
import type { Terminal } from "./terminal.js";

/** Loads a world directory or an account export; throws InvalidInput with everything that is wrong with it. */
export async function readWorld(
  path: string,
  options: Partial<WorldOptions>,
): Promise<{ world: World; warnings: readonly Diagnostic[] }> {
  const { world, diagnostics } = await loadWorld(path, options);
  if (world === null) throw new InvalidInput(diagnostics);
  return { world, warnings: diagnostics };
}

/** Loads a bundle; throws InputError or BundleError. */
export async function readBundle(path: string, terminal: Terminal): Promise<Uint8Array> {
  return readBytes(path, terminal, BUNDLE_BYTES_MAX);
}

export async function readEngine(path: string, terminal: Terminal): Promise<Engine> {
  return Engine.load(await readBundle(path, terminal));
}
