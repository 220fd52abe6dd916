/** Files that commands write. */
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { InputError, inputErrorOf } from "./files.js";

/** Writes a file; a reader of it sees what was there before or all of the new content, never a part. Throws InputError. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  try {
    const target = await targetOf(path);
    if (target.isSpecial) await writeFile(target.path, content);
    else await replaceFile(target.path, content);
  } catch (error) {
    const known = inputErrorOf(error, path);
    throw known instanceof InputError ? new InputError("not-writable", `cannot write: ${known.message}`) : known;
  }
}

/** Where a path leads; what is there and no plain file (a device, a pipe) is written to, not replaced. */
async function targetOf(path: string): Promise<{ path: string; isSpecial: boolean }> {
  const target = await realpath(path).catch(() => null);
  return target === null ? { path, isSpecial: false } : { path: target, isSpecial: !(await stat(target)).isFile() };
}

async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, content, { flush: true });
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}
