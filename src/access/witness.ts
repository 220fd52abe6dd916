/**
 * A resource in the place of a pattern: nobody can ask about `arn:aws:s3:::reports/*`, but about an object in it that no
 * policy names otherwise.
 */
import type { ActionResource, CatalogAction } from "../catalog/catalog.js";
import type { Template } from "../policy/model.js";
import type { WorldOptions } from "../policy/options.js";
import { literal, ONE, resourceMatches, STAR, type Token } from "../reference/match.js";
import { type ArnFormat, type ArnPlace, arnOf, cutArn, hasFormat } from "../trail/arn-format.js";
import { typePlan } from "../trail/resource-plan.js";

/** What fills the parts of an ARN that a pattern leaves open. */
export interface WitnessPlace extends ArnPlace {
  /** Values of policy variables that are known, by their lower-cased keys. */
  readonly variables: ReadonlyMap<string, string>;
  readonly resourceGlob: WorldOptions["resourceGlob"];
}

/** Short, and in no policy. */
const ANY = "zz-any";
/** In the place of stars: what stands in them may have parts of its own. */
const FILLERS = [ANY, `${ANY}/${ANY}`, `${ANY}:${ANY}`, ""] as const;

/** Private to this file, so that no pattern has it. */
const OPEN = "\u0000";

/** An ARN of a type of the action that the pattern matches; null: the action is never asked on such a resource. */
export function witnessOf(action: CatalogAction, template: Template, place: WitnessPlace): string | null {
  if (action.resourceTypes.length === 0) return isStar(template) ? "*" : null;
  const tokens = tokensOf(template, place);
  const text = textOf(tokens);
  for (const row of inOrder(action.resourceTypes)) {
    for (const { format } of typePlan(row.type).formats) {
      for (const arn of arnsOf(format, text, place)) {
        if (isOf(arn, format) && (isStar(template) || resourceMatches(tokens, arn, place.resourceGlob))) return arn;
      }
    }
  }
  return null;
}

/** Types that the action needs come first, and of the others the plainest: an object before one behind an access point. */
function inOrder(rows: readonly ActionResource[]): readonly ActionResource[] {
  const plainness = ({ type }: ActionResource) => typePlan(type).formats[0]!.format.literalLength;
  return [...rows].sort(
    (one, other) => Number(other.required) - Number(one.required) || plainness(one) - plainness(other),
  );
}

function isStar(template: Template): boolean {
  return template.length === 1 && template[0]!.kind === "star";
}

function isOf(arn: string, format: ArnFormat): boolean {
  const cut = cutArn(arn);
  return cut !== null && hasFormat(cut, format);
}

function tokensOf(template: Template, { variables }: WitnessPlace): readonly Token[] {
  return template.flatMap((part): Token[] => {
    switch (part.kind) {
      case "text":
        return literal(part.text);
      case "star":
        return [STAR];
      case "one":
        return [ONE];
      case "variable":
        return literal(variables.get(part.key) ?? part.fallback ?? ANY);
    }
  });
}

/** The pattern with its stars as `OPEN`. */
function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (token === STAR ? OPEN : token === ONE ? "x" : String.fromCharCode(token))).join("");
}

/** ARNs that may fit both: the pattern's own, with its open parts filled; and the format's, where the pattern leaves it open. */
function* arnsOf(format: ArnFormat, text: string, place: WitnessPlace): Generator<string> {
  const parts = text.split(":");
  const [, partition = OPEN, , region = OPEN, account = OPEN] = parts;
  const or = (part: string, other: string) => (part.includes(OPEN) ? other : part);
  const here = {
    partition: or(partition, place.partition),
    region: or(region, place.region),
    account: or(account, place.account),
  };
  const plain = arnOf(
    format,
    format.variables.map(() => ANY),
    here,
  );
  if (plain !== null) yield plain;
  if (parts.length < 6 || plain === null) return;
  const start = plain.split(":").slice(0, 5).join(":");
  const resource = parts.slice(5).join(":");
  for (const filler of FILLERS) yield `${start}:${resource.replaceAll(OPEN, filler)}`;
}
