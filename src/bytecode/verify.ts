/**
 * Whether bytes are a bundle: everything that the evaluator relies on is proved here, once, before a bundle becomes active
 * (decision 5). Lengths are compared by subtraction, ids against counts, and whatever could be stored in two ways must be
 * stored in the one that the compiler writes, so that an accepted bundle means what it says.
 */
import { Format, Header, OptionBits, Section } from "./layout.js";
import { BundleReader } from "./reader.js";
import { BundleError, fail } from "./refusal.js";
import { Bounds, RECORD_SIZES } from "./verify/bounds.js";
import { CodeCheck } from "./verify/code.js";
import { DirectoryCheck } from "./verify/directory.js";
import { PatternCheck } from "./verify/patterns.js";
import { PolicyCheck } from "./verify/policies.js";
import { SetCheck } from "./verify/sets.js";
import { checkData, checkProvenance } from "./verify/tables.js";
import { checkZero } from "./verify/texts.js";
import { checksumOf } from "./writer.js";

export { BundleError, type BundleErrorCode } from "./refusal.js";

/** Throws `BundleError` unless `bytes` are a bundle of this version; returns a reader of them. */
export function verifyBundle(bytes: Uint8Array): BundleReader {
  checkHeader(bytes);
  const reader = new BundleReader(bytes);
  checkSections(reader);
  checkRecords(reader);
  return reader;
}

function checkHeader(bytes: Uint8Array): void {
  if (bytes.length < FIRST_SECTION) throw new BundleError("not-a-bundle", `${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(Header.Magic, true) !== Format.Magic)
    throw new BundleError("not-a-bundle", "the magic is missing");
  const version = view.getUint32(Header.Version, true);
  if (version !== Format.Version) {
    throw new BundleError("other-version", `the bundle has format ${version}, this engine reads ${Format.Version}`);
  }
  const size = view.getUint32(Header.Size, true);
  if (size !== bytes.length || size % Format.SectionAlignment !== 0) {
    throw new BundleError("wrong-size", `the bundle says that it has ${size} bytes, there are ${bytes.length}`);
  }
  if (view.getUint32(Header.Checksum, true) !== checksumOf(bytes)) {
    throw new BundleError("wrong-checksum", "the checksum does not fit: the bundle is damaged");
  }
}

const FIRST_SECTION = align(Header.Sections + Section.Count * 8);

function align(size: number): number {
  return Math.ceil(size / Format.SectionAlignment) * Format.SectionAlignment;
}

/** Sections stand where the writer puts them, one behind the other, with zeros between; all sizes are whole alignments. */
function checkSections(reader: BundleReader): void {
  let expected = FIRST_SECTION;
  checkZero(reader, Header.Sections + Section.Count * 8, expected);
  for (let section = 0; section < Section.Count; section++) {
    const offset = reader.offset(section);
    const size = reader.size(section);
    if (offset !== expected || size > reader.bytes.length - offset) fail(`section ${Section[section]} is out of place`);
    if (size % RECORD_SIZES[section as Exclude<Section, Section.Count>] !== 0) {
      fail(`section ${Section[section]} does not hold whole records`);
    }
    expected = align(offset + size);
    checkZero(reader, offset + size, expected);
  }
  if (expected !== reader.bytes.length) fail("there is something behind the last section");
}

/** What records say, in the order in which they are relied upon: whatever is read was checked before. */
function checkRecords(reader: BundleReader): void {
  const bundle = new Bounds(reader);
  if (bundle.options >= OptionBits.Closed * 2) fail("an option flag is not known");
  const patterns = new PatternCheck(bundle);
  patterns.run();
  const code = new CodeCheck(bundle, patterns);
  code.run();
  new PolicyCheck(bundle, patterns, code.blocks).run();
  const sets = new SetCheck(bundle);
  sets.run();
  new DirectoryCheck(bundle, sets).run();
  checkData(bundle, patterns);
  checkProvenance(bundle);
  if (reader.header(Header.SlotCount) !== bundle.counts.keys) fail("the slot count is wrong");
  if (reader.header(Header.PatternBytesMax) !== patterns.bytesMax) fail("the longest pattern is wrong");
  if (reader.header(Header.StatementsMax) !== sets.statementsMax()) fail("the statement bound is wrong");
}
