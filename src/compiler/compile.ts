/**
 * World → bundle: every policy once, every distinct element, condition, pattern and text once, and the directory of who
 * has what attached. The same world gives the same bytes (docs/bytecode.md).
 */
import { Format, OptionBits } from "../bytecode/layout.js";
import { writeBundle } from "../bytecode/writer.js";
import type { Policy } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import type { DocumentSet, World } from "../world/model.js";
import { compileDirectory } from "./directory.js";
import { Elements, Interner } from "./intern.js";
import { Provenance } from "./sources.js";
import { Statements } from "./statements.js";

/**
 * Compiles a world. Throws `BundleTooLarge` where offsets would not fit; a world that was loaded without errors compiles.
 */
export function compile(world: World): Uint8Array {
  const interner = new Interner(world.options.resourceGlob === "segment-aware");
  const elements = new Elements();
  const provenance = new Provenance();
  const statements = new Statements(world, interner, elements, provenance);
  const directory = compileDirectory(world, interner, statements);
  const { elements: elementBytes, actionPatterns } = elements.write(interner);
  pad(interner);
  return writeBundle(
    {
      options: optionBits(world.options, world.closed),
      slotCount: interner.keyCount,
      patternBytesMax: interner.patternBytesMax,
      statementsMax: directory.statementsMax,
    },
    [
      interner.strings.bytes(),
      interner.stringBytes.bytes(),
      interner.patterns.bytes(),
      interner.patternBytes.bytes(),
      interner.variables.bytes(),
      interner.keys.bytes(),
      interner.numbers.bytes(),
      interner.dates.bytes(),
      interner.ranges.bytes(),
      interner.binaries.bytes(),
      interner.code.bytes(),
      interner.pool.bytes(),
      actionPatterns,
      elementBytes,
      statements.statementWords.bytes(),
      statements.policyWords.bytes(),
      directory.sets,
      directory.levels,
      directory.accounts,
      directory.principals,
      directory.roles,
      directory.sessions,
      directory.resources,
      directory.endpoints,
      directory.rcpServices,
      directory.scpExempt,
      provenance.records(),
      provenance.bytes(),
    ],
  );
}

/**
 * Session policies that arrive at run time, as a bundle of their own to be loaded beside the world's (`Engine.overlay`).
 * The flags must be those of the world. An empty list says that none were passed, as it does to AssumeRole: that limits no
 * role session (EVAL-18) and leaves a federated user without its parent's permissions (EVAL-19).
 */
export function compileOverlay(policies: readonly Policy[], options: WorldOptions): Uint8Array {
  return compile({
    options,
    accounts: new Map(),
    principals: new Map(),
    resources: new Map(),
    endpoints: new Map(),
    bindings: new Map(),
    closed: true,
    sessions: new Map([
      [
        OVERLAY_SESSION,
        {
          arn: OVERLAY_SESSION,
          tags: new Map(),
          issueTime: null,
          issuedBy: null,
          federatedProvider: null,
          sourceIdentity: null,
          parentArn: null,
          policies: passed(policies),
        },
      ],
    ]),
  });
}

/** Null: none; a caller cannot pass an empty list of session policies (EVAL-18). */
function passed(policies: readonly Policy[]): DocumentSet | null {
  if (policies.length === 0) return null;
  const documents = policies.map((policy) => ({ policy, use: "policy" as const }));
  return { label: "session policies", documents, missing: [] };
}

/** The session record of an overlay bundle that holds its document set. */
const OVERLAY_SESSION = "overlay";

/** The world's flags as the header's word. Flags that only reach the parser are spent before. */
export function optionBits(options: WorldOptions, closed: boolean): number {
  let bits = 0;
  const set = (bit: OptionBits, on: boolean) => {
    if (on) bits |= bit;
  };
  set(OptionBits.UnresolvedStatement, options.unresolvedVariable === "statement");
  set(OptionBits.DenyMerge, options.denyKind === "merge");
  set(OptionBits.ForAnyValueIfExists, options.forAnyValueIfExists);
  set(OptionBits.ManualRcpFullAccess, !options.autoRcpFullAccess);
  set(OptionBits.RcpOnResourceless, options.rcpOnResourceless);
  set(OptionBits.FederatedSessionAllow, options.federatedDefaultSession === "allow");
  set(OptionBits.FederatedInResourcePolicies, options.federatedInResourcePolicies);
  set(OptionBits.ScpBlocksGetSessionToken, options.scpBlocksGetSessionToken);
  set(OptionBits.DenyBlocksGetSessionToken, options.explicitDenyBlocksGetSessionToken);
  set(OptionBits.RoleMfaAbsent, options.roleMfaKey === "absent");
  set(OptionBits.PlainResourceGlob, options.resourceGlob === "plain");
  set(OptionBits.RoleCoversSession, options.notPrincipalMode === "roleCoversSession");
  set(OptionBits.AwsStarWithoutServices, !options.awsStarMatchesService);
  set(OptionBits.AssumeSameAccount, options.assumeSameAccount);
  set(OptionBits.Closed, closed);
  return bits;
}

function pad(interner: Interner): void {
  const padding = new Uint8Array(Format.TextPadding);
  interner.stringBytes.append(padding);
  interner.patternBytes.append(padding);
}
