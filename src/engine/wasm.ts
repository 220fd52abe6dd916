/** The evaluator as a WebAssembly instance: its exports, its memory, and how a fresh one is made. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Header, Section } from "../bytecode/layout.js";

/** Which of the builds of one source: all four give the same answers. `threads` is `simd` in a memory that can be shared. */
export type Build = "baseline" | "simd" | "debug" | "threads";

const FILES: Record<Build, string> = {
  baseline: "../../build/iamb.wasm",
  simd: "../../build/iamb.simd.wasm",
  debug: "../../build/iamb.debug.wasm",
  threads: "../../build/iamb.threads.wasm",
};

/** The exports of `assembly/index.ts`. Pointers are numbers of bytes. */
export interface Exports {
  heapBase(): number;
  configure(
    bundle: number,
    overlay: number,
    base: number,
    candidateWords: number,
    textBytes: number,
    seed: number,
    commit: number,
  ): number;
  decide(everyKeyUnlisted: number, index: number, stepsMax: number): number;
  prepareQuick(index: number, stepsMax: number): void;
  decideQuick(): number;
  admitAction(text: number, length: number): void;
  addCaller(text: number, length: number, entry: number): void;
  addResource(text: number, length: number, entry: number): void;
  forgetParties(): void;
  forgetNumbers(): void;
  beginBatch(frame: number): void;
  decideRows(): void;
  valueOf(column: number, row: number): number;
  admitValue(column: number, row: number, extra: number): number;
  extraOf(record: number): number;
  readonly partyArea: WebAssembly.Global;
  readonly quickFrame: WebAssembly.Global;
  readonly fixedKeys: WebAssembly.Global;
  /** First byte behind the tables, after `configure`. */
  readonly end: WebAssembly.Global;
  beginTrace(): void;
  reachedLayers(): number;
  rcpsOpenByThemselves(): number;
  rootUnlocks(): number;
  publicGrantsCut(): number;
  traceArea(): number;
  documentCount(set: number): number;
  traceDocuments(set: number, layer: number): number;
  documentStatements(set: number, document: number, layer: number): number;
  traceDocument(
    set: number,
    document: number,
    layer: number,
    behind: number,
    from: number,
    to: number,
    into: number,
  ): void;
  readonly frame: WebAssembly.Global;
  readonly result: WebAssembly.Global;
  readonly slotsOfBundle: WebAssembly.Global;
  readonly slotsOfOverlay: WebAssembly.Global;
  readonly textArea: WebAssembly.Global;
  readonly causeKeys: WebAssembly.Global;
  readonly causeSets: WebAssembly.Global;
}

const modules = new Map<Build, WebAssembly.Module>();
/** Modules whose memory is shared: they take no other. */
const sharing = new WeakSet<WebAssembly.Module>();

/** The compiled module of a build, compiled once a process; or the module itself. */
export function moduleOf(build: Build | WebAssembly.Module): WebAssembly.Module {
  if (typeof build !== "string") return build;
  let module = modules.get(build);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(fileURLToPath(new URL(FILES[build], import.meta.url))));
    modules.set(build, module);
    if (build === "threads") sharing.add(module);
  }
  return module;
}

/** An instance with its memory laid out for an image, and perhaps an overlay. */
export interface Machine {
  readonly exports: Exports;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly frame: number;
  readonly result: number;
  readonly slotsOfBundle: number;
  readonly slotsOfOverlay: number;
  readonly textArea: number;
  readonly partyArea: number;
  readonly quickFrame: number;
  readonly fixedKeys: number;
  /** For columns and answers of batches: from here to the end of the memory. */
  readonly batchArea: number;
  readonly batchEnd: number;
}

export interface MachineLayout {
  readonly bundle: Uint8Array;
  readonly overlay: Uint8Array | null;
  /** Room for remembered candidate lists, in words. */
  readonly candidateWords: number;
  readonly textBytes: number;
  readonly seed: number;
  /** Room for batches behind the tables, or as much of it as there is. */
  readonly batchBytes: number;
}

const PAGE = 65536;
/** More than this many pages a 32-bit memory cannot have. */
const PAGES_MAX = 65536;

/** The images and the evaluator's tables do not fit into one memory. */
export class MemoryTooLarge extends Error {
  readonly code = "memory-too-large";
}

/** Makes an instance in a memory of exactly the size that it needs; the memory never grows (decision 9). */
export function makeMachine(module: WebAssembly.Module, layout: MachineLayout): Machine {
  const base = align(surveyorOf(module).exports.heapBase());
  const overlayAt = align(base + layout.bundle.length);
  const tablesAt = align(overlayAt + (layout.overlay?.length ?? 0));
  const tables = pagesFor(module, layout, tablesAt);
  const pages = Math.min(tables + Math.ceil(layout.batchBytes / PAGE), PAGES_MAX);
  const { exports, memory } = instantiate(module, pages, pages);
  copyImages(memory, layout, base, overlayAt);
  configure(exports, layout, base, overlayAt, tablesAt, true);
  return machineOf(exports, memory, tables * PAGE, pages * PAGE);
}

function machineOf(exports: Exports, memory: WebAssembly.Memory, batchArea: number, batchEnd: number): Machine {
  return {
    exports,
    bytes: new Uint8Array(memory.buffer),
    words: new Uint32Array(memory.buffer),
    frame: exports.frame.value,
    result: exports.result.value,
    slotsOfBundle: exports.slotsOfBundle.value,
    slotsOfOverlay: exports.slotsOfOverlay.value,
    textArea: exports.textArea.value,
    partyArea: exports.partyArea.value,
    quickFrame: exports.quickFrame.value,
    fixedKeys: exports.fixedKeys.value,
    batchArea,
    batchEnd,
  };
}

/**
 * A bundle in a memory that threads share, and a share of that memory for each machine: nobody writes to the bundle, and no
 * machine outside of its share. It can be posted to threads.
 */
export interface SharedImage {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly bundleAt: number;
  readonly bundleBytes: number;
  /** For columns: every machine finds them where they are. */
  readonly columnsAt: number;
  readonly columnsEnd: number;
  readonly shares: readonly Share[];
}

/** Where a machine's own memory begins, ends, and how much of it is for batches. */
export interface Share {
  readonly tablesAt: number;
  readonly batchArea: number;
  readonly batchEnd: number;
}

/** Lays a memory out for a bundle, columns of `columnBytes`, and `count` machines of a module of the build `threads`. */
export function makeSharedImage(
  module: WebAssembly.Module,
  layout: MachineLayout,
  columnBytes: number,
  count: number,
): SharedImage {
  sharing.add(module);
  const bundleAt = align(surveyorOf(module).exports.heapBase());
  const columns = Math.ceil((bundleAt + layout.bundle.length) / PAGE);
  const first = columns + Math.ceil(columnBytes / PAGE);
  const tables = pagesFor(module, layout, first * PAGE) - first;
  const batch = Math.min(Math.ceil(layout.batchBytes / PAGE), Math.floor((PAGES_MAX - first) / count) - tables);
  if (batch < 0) throw tooLarge((first + count * tables) * PAGE);
  const pages = first + count * (tables + batch);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  new Uint8Array(memory.buffer).set(layout.bundle, bundleAt);
  return {
    module,
    memory,
    bundleAt,
    bundleBytes: layout.bundle.length,
    columnsAt: columns * PAGE,
    columnsEnd: first * PAGE,
    shares: Array.from({ length: count }, (_, place) => {
      const tablesAt = (first + place * (tables + batch)) * PAGE;
      const batchArea = tablesAt + tables * PAGE;
      return { tablesAt, batchArea, batchEnd: batchArea + batch * PAGE };
    }),
  };
}

/** The bundle of a shared image, where it stands. */
export function bundleOf({ memory, bundleAt, bundleBytes }: SharedImage): Uint8Array {
  return new Uint8Array(memory.buffer, bundleAt, bundleBytes);
}

/** Makes an instance in a share that nobody has used yet, or that was cleared. */
export function makeSharedMachine(image: SharedImage, share: Share, layout: MachineLayout): Machine {
  const { module, memory } = image;
  // The module's own data are constants: what is written here stands there already.
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  configure(exports, layout, image.bundleAt, 0, share.tablesAt, true);
  return machineOf(exports, memory, share.batchArea, share.batchEnd);
}

/** Makes a share as new: tables begin as zeros. */
export function clearShare({ memory }: SharedImage, { tablesAt, batchArea }: Share): void {
  new Uint8Array(memory.buffer).fill(0, tablesAt, batchArea);
}

/** How much memory a machine takes. Headers tell, so an instance that every machine of a module shares can say. */
function pagesFor(module: WebAssembly.Module, layout: MachineLayout, tablesAt: number): number {
  // Both are pointers and counts of the evaluator, which have 32 bits.
  if (tablesAt + layout.candidateWords * 4 > PAGES_MAX * PAGE) throw tooLarge(tablesAt + layout.candidateWords * 4);
  const { exports, memory } = surveyorOf(module);
  const at = align(exports.heapBase());
  const overlayAt = at + HEADER_BYTES;
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(layout.bundle.subarray(0, HEADER_BYTES), at);
  if (layout.overlay !== null) bytes.set(layout.overlay.subarray(0, HEADER_BYTES), overlayAt);
  const pages = configure(exports, layout, at, overlayAt, tablesAt, false);
  if (pages > PAGES_MAX) throw tooLarge(pages * PAGE);
  return pages;
}

function tooLarge(bytes: number): MemoryTooLarge {
  return new MemoryTooLarge(`the bundle needs ${bytes} bytes of memory; 4 GiB is the limit`);
}

/** Header and section table, rounded up to where the first section begins. */
const HEADER_BYTES = align(Header.Sections + Section.Count * 8);

function configure(
  exports: Exports,
  layout: MachineLayout,
  bundleAt: number,
  overlayAt: number,
  tablesAt: number,
  commit: boolean,
): number {
  const overlay = layout.overlay === null ? 0 : overlayAt;
  return (
    exports.configure(
      bundleAt,
      overlay,
      tablesAt,
      layout.candidateWords,
      layout.textBytes,
      layout.seed,
      commit ? 1 : 0,
    ) >>> 0
  );
}

function copyImages(memory: WebAssembly.Memory, layout: MachineLayout, bundleAt: number, overlayAt: number): void {
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(layout.bundle, bundleAt);
  if (layout.overlay !== null) bytes.set(layout.overlay, overlayAt);
}

function instantiate(
  module: WebAssembly.Module,
  initial: number,
  maximum?: number,
): { exports: Exports; memory: WebAssembly.Memory } {
  const shared = sharing.has(module);
  const memory = new WebAssembly.Memory({ initial, maximum: maximum ?? PAGES_MAX, shared });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return { exports: instance.exports as unknown as Exports, memory };
}

const surveyors = new WeakMap<WebAssembly.Module, { exports: Exports; memory: WebAssembly.Memory }>();

/** An instance that only answers where things would stand. */
function surveyorOf(module: WebAssembly.Module): { exports: Exports; memory: WebAssembly.Memory } {
  let surveyor = surveyors.get(module);
  if (surveyor === undefined) {
    surveyor = instantiate(module, 2);
    surveyors.set(module, surveyor);
  }
  return surveyor;
}

function align(offset: number): number {
  return Math.ceil(offset / 64) * 64;
}
