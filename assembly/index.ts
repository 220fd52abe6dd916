/**
 * The evaluator's exports. The host lays an image and the evaluator's own memory out once (`configure`), writes a frame and
 * slots for each request, and reads the result. Nothing is imported but memory; nothing is allocated after `configure`.
 */
import { ElementRecord, Format, Header, Section, Status } from "../src/bytecode/layout";
import { sizeStamps } from "./actions";
import { authorize } from "./authorize";
import { use } from "./bundle";
import { setIndex } from "./candidates";
import { setEveryKeyUnlisted } from "./conditions";
import { setHashSeed } from "./hash";
import { causeKeys, causeSets, frame, layOut, result, slotsOfBundle, slotsOfOverlay, textArea } from "./memory";
import { setOverlay } from "./overlay";
import { writeBooleans } from "./quick";
import { limitSteps, outOfSteps } from "./steps";

export { admitAction } from "./actions";
export { admitValue, beginBatch, decideRows, extraOf, valueOf } from "./batch";
export { addCaller, addResource, decideQuick, forgetNumbers, forgetParties } from "./quick";
export { end, fixedKeys, partyArea, quickFrame } from "./memory";
export { publicGrantsCut } from "./authorize";
export {
  beginTrace,
  documentCount,
  documentStatements,
  rcpsOpenByThemselves,
  reachedLayers,
  rootUnlocks,
  traceArea,
  traceDocument,
  traceDocuments,
} from "./trace";
export { frame, result, slotsOfBundle, slotsOfOverlay, textArea, causeKeys, causeSets };

/** What `abort` becomes: our own bug. The instance must be replaced. */
export function trap(message: usize, file: usize, line: u32, column: u32): void {
  unreachable();
}

/** First byte that the module's own data leave free. */
export function heapBase(): u32 {
  return <u32>__heap_base;
}

/**
 * Lays out the evaluator's memory at `base` for the image at `bundle` and, if not 0, the overlay image. `candidateWords`
 * must be at least the statements of the largest set; `textBytes` is what the host needs for a request's texts. Returns how many
 * pages of memory it takes, which may be more than there can be; with `commit` false only the images' headers are read and nothing is written. The memory must
 * be fresh: tables begin as zeros.
 */
export function configure(
  bundle: u32,
  overlay: u32,
  base: u32,
  candidateWords: u32,
  textBytes: u32,
  seed: u32,
  commit: bool,
): u32 {
  const patternBytes = max(header(bundle, Header.PatternBytesMax), header(overlay, Header.PatternBytesMax));
  const statements = <u64>header(bundle, Header.StatementsMax) + header(overlay, Header.StatementsMax);
  const actionPatterns = max(records(bundle, Section.ActionPatterns, 8), records(overlay, Section.ActionPatterns, 8));
  const elements = max(
    records(bundle, Section.Elements, ElementRecord.Size),
    records(overlay, Section.Elements, ElementRecord.Size),
  );
  const end: u64 = layOut(
    base,
    header(bundle, Header.SlotCount),
    header(overlay, Header.SlotCount),
    records(bundle, Section.Sets, 24),
    records(overlay, Section.Sets, 24),
    patternBytes,
    statements,
    candidateWords,
    actionPatterns,
    elements,
    textBytes,
  );
  const pages = <u32>((end + 65535) >> 16);
  if (!commit) return pages;
  setOverlay(overlay, slotsOfOverlay);
  setHashSeed(seed);
  use(bundle, slotsOfBundle, 0);
  writeBooleans();
  sizeStamps(actionPatterns * 4, elements * 4);
  return pages;
}

function header(image: u32, offset: u32): u32 {
  return image == 0 ? 0 : load<u32>(image + offset);
}

function records(image: u32, section: u32, size: u32): u32 {
  return image == 0 ? 0 : load<u32>(image + Header.Sections + section * 8 + 4) / size;
}

/** What holds for all quick decisions: see `decide`. */
export function prepareQuick(index: bool, stepsMax: u32): void {
  setIndex(index);
  limitSteps(stepsMax);
}

/** Decides the request in the frame; the result is then to be read. */
export function decide(everyKeyUnlisted: bool, index: bool, stepsMax: u32): u32 {
  setEveryKeyUnlisted(everyKeyUnlisted);
  setIndex(index);
  limitSteps(stepsMax);
  authorize();
  return outOfSteps() ? Status.OutOfSteps : Status.Ok;
}
