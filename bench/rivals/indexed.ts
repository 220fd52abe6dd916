/**
 * The rival to beat: an evaluator that a careful JavaScript engineer would write for just these workloads.
 *
 * It answers with a bare boolean and knows what the workloads use and no more: identity policies, a permissions boundary,
 * SCP levels, seven operators, single-valued keys spelled as in the policies, whole-string globs. In exchange it does as
 * much as it can before the first request: variables of the principal are replaced and conditions on them decided, every
 * pattern and condition is a closure of its own, and each principal has a Map from action to the few statements that
 * matter. It has no explanations, no unknowns, and trusts its input.
 */
import type {
  StatementJson,
  Workload,
  WorkloadOperator,
  WorkloadPrincipal,
  WorkloadRequest,
} from "../workloads/workload.js";

export type Rival = (request: WorkloadRequest) => boolean;

type Test = (request: WorkloadRequest) => boolean;
type TextTest = (text: string) => boolean;

/** What an action has to pass: no deny may hit, and every gate must have a hit. */
interface Plan {
  readonly denies: readonly Test[];
  /** SCP levels, boundary, identity. A gate that is open for every request is left out. */
  readonly gates: readonly (readonly Test[])[];
}

interface Profile {
  readonly layers: readonly (readonly IndexedStatement[])[];
  readonly plans: Map<string, Plan>;
}

interface IndexedStatement {
  readonly effect: "Allow" | "Deny";
  readonly matchesAction: TextTest;
  /** Null: hits whatever the request. */
  readonly test: Test | null;
}

/** Compiles a workload for one caller after another; a caller that it does not know is denied. */
export function compileRival(workload: Workload): Rival {
  const scps = workload.scps.map((texts) => texts.flatMap(statementsOf));
  const profiles = new Map<string, Profile>();
  for (const principal of workload.principals) {
    const profile = profileOf(principal, scps);
    for (const caller of principal.callers) profiles.set(caller, profile);
  }
  return (request) => {
    const profile = profiles.get(request.principal);
    if (profile === undefined) return false;
    const plan = profile.plans.get(request.action) ?? addPlan(profile, request.action);
    return isAllowed(plan, request);
  };
}

function isAllowed(plan: Plan, request: WorkloadRequest): boolean {
  const { denies, gates } = plan;
  for (let at = 0; at < denies.length; at++) if (denies[at]!(request)) return false;
  for (let at = 0; at < gates.length; at++) if (!someHits(gates[at]!, request)) return false;
  return true;
}

function someHits(tests: readonly Test[], request: WorkloadRequest): boolean {
  for (let at = 0; at < tests.length; at++) if (tests[at]!(request)) return true;
  return false;
}

/** Plans are made when an action is first seen, and the spelling of the request is their key. */
function addPlan(profile: Profile, action: string): Plan {
  const name = action.toLowerCase();
  const denies: Test[] = [];
  const gates: Test[][] = [];
  for (const layer of profile.layers) {
    const relevant = layer.filter((statement) => statement.matchesAction(name));
    for (const { effect, test } of relevant) if (effect === "Deny") denies.push(test ?? ALWAYS);
    const allows = relevant.filter(({ effect }) => effect === "Allow").map(({ test }) => test);
    if (!allows.includes(null)) gates.push(allows.filter((test) => test !== null));
  }
  // A gate without statements lets nothing through; one with few is the quickest to ask.
  gates.sort((left, right) => left.length - right.length);
  const plan: Plan = { denies, gates };
  profile.plans.set(action, plan);
  return plan;
}

function profileOf(principal: WorkloadPrincipal, scps: readonly (readonly StatementJson[])[]): Profile {
  const layers = [...scps, principal.policies.flatMap(statementsOf)];
  if (principal.boundary !== null) layers.push(statementsOf(principal.boundary));
  return {
    layers: layers.map((statements) => statements.flatMap((statement) => indexed(statement, principal.tags) ?? [])),
    plans: new Map(),
  };
}

function statementsOf(text: string): StatementJson[] {
  return (JSON.parse(text) as { Statement: StatementJson[] }).Statement;
}

/** Null: the statement can never hit for this principal. */
function indexed(statement: StatementJson, tags: Readonly<Record<string, string>>): IndexedStatement | null {
  const tests: Test[] = [];
  const resource = resourceTest(listOf(statement.Resource), tags);
  if (resource === false) return null;
  if (resource !== true) tests.push((request) => resource(request.resource));
  for (const [operator, block] of Object.entries(statement.Condition ?? {})) {
    for (const [key, operands] of Object.entries(block)) {
      tests.push(conditionTest(operator as WorkloadOperator, key, operands, tags));
    }
  }
  return { effect: statement.Effect, matchesAction: actionTest(statement), test: all(tests) };
}

const ALWAYS: Test = () => true;

function all(tests: readonly Test[]): Test | null {
  const [first, second, third] = tests;
  switch (tests.length) {
    case 0:
      return null;
    case 1:
      return first!;
    case 2:
      return (request) => first!(request) && second!(request);
    case 3:
      return (request) => first!(request) && second!(request) && third!(request);
    default:
      return (request) => {
        for (let at = 0; at < tests.length; at++) if (!tests[at]!(request)) return false;
        return true;
      };
  }
}

function actionTest(statement: StatementJson): TextTest {
  const negated = statement.NotAction !== undefined;
  const matches = anyOf(
    listOf(statement.NotAction ?? statement.Action ?? []).map((text) => text.toLowerCase().split("*")),
  );
  if (matches === true) return () => !negated;
  return negated ? (action) => !matches(action) : matches;
}

function resourceTest(patterns: readonly string[], tags: Readonly<Record<string, string>>): TextTest | boolean {
  const globs = patterns.map((pattern) => substitute(pattern, tags)).filter((parts) => parts !== null);
  return globs.length === 0 ? false : anyOf(globs);
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** A glob as text between stars; a text by itself is compared whole. */
type Glob = readonly string[];

/** Texts without stars go into one Set, the others one after the other. True: matches everything. */
function anyOf(globs: readonly Glob[]): TextTest | true {
  if (globs.some((parts) => parts.length === 2 && parts[0] === "" && parts[1] === "")) return true;
  const exact = globs.filter((parts) => parts.length === 1).map((parts) => parts[0]!);
  const tests = globs.filter((parts) => parts.length > 1).map(globTest);
  if (exact.length === 1) {
    const only = exact[0]!;
    tests.unshift((text) => text === only);
  } else if (exact.length > 1) {
    const texts = new Set(exact);
    tests.unshift((text) => texts.has(text));
  }
  const [first, second] = tests;
  if (tests.length === 1) return first!;
  if (tests.length === 2) return (text) => first!(text) || second!(text);
  return (text) => {
    for (let at = 0; at < tests.length; at++) if (tests[at]!(text)) return true;
    return false;
  };
}

function globTest(parts: Glob): TextTest {
  const head = parts[0]!;
  const tail = parts[parts.length - 1]!;
  const length = head.length + tail.length;
  if (parts.length === 2 && tail === "") return (text) => text.startsWith(head);
  if (parts.length === 2) return (text) => text.length >= length && text.startsWith(head) && text.endsWith(tail);
  const middle = parts.slice(1, -1);
  return (text) => {
    if (text.length < length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let at = head.length;
    for (let index = 0; index < middle.length; index++) {
      at = text.indexOf(middle[index]!, at);
      if (at === -1) return false;
      at += middle[index]!.length;
    }
    return at <= text.length - tail.length;
  };
}

const VARIABLE = "${aws:PrincipalTag/";

/** The parts between stars with the principal's tags filled in as plain text. Null: a tag is not there (MATCH-27). */
function substitute(pattern: string, tags: Readonly<Record<string, string>>): Glob | null {
  const parts: string[] = [];
  for (const part of pattern.split("*")) {
    const resolved = substituteText(part, tags);
    if (resolved === null) return null;
    parts.push(resolved);
  }
  return parts;
}

function substituteText(text: string, tags: Readonly<Record<string, string>>): string | null {
  let resolved = "";
  let from = 0;
  for (let at = text.indexOf(VARIABLE); at !== -1; at = text.indexOf(VARIABLE, from)) {
    const end = text.indexOf("}", at);
    const tag = tags[text.slice(at + VARIABLE.length, end)];
    if (tag === undefined) return null;
    resolved += text.slice(from, at) + tag;
    from = end + 1;
  }
  return resolved + text.slice(from);
}

const RESOURCE_TAG = "aws:ResourceTag/";

function conditionTest(
  operator: WorkloadOperator,
  key: string,
  operands: readonly string[],
  tags: Readonly<Record<string, string>>,
): Test {
  const matches = operandTest(operator, operands, tags);
  const negated = operator === "StringNotEquals" || operator === "NotIpAddress";
  if (key.startsWith(RESOURCE_TAG)) {
    const tag = key.slice(RESOURCE_TAG.length);
    return (request) => {
      const value = request.resourceTags[tag];
      return value === undefined ? negated : matches(value) !== negated;
    };
  }
  return (request) => {
    const value = request.context[key];
    return value === undefined ? negated : matches(value) !== negated;
  };
}

function operandTest(
  operator: WorkloadOperator,
  operands: readonly string[],
  tags: Readonly<Record<string, string>>,
): TextTest {
  switch (operator) {
    case "StringEquals":
    case "StringNotEquals": {
      const matches = anyOf(operands.flatMap((operand) => substituteText(operand, tags) ?? []).map((text) => [text]));
      return matches === true ? () => true : matches;
    }
    case "StringLike": {
      const matches = resourceTest(operands, tags);
      return typeof matches === "boolean" ? () => matches : matches;
    }
    case "Bool": {
      const wanted = new Set(operands.map((operand) => operand.toLowerCase() === "true"));
      return (value) => wanted.has(value === "true" || value.toLowerCase() === "true");
    }
    case "NumericLessThanEquals": {
      const highest = Math.max(...operands.map(Number));
      return (value) => Number(value) <= highest;
    }
    case "IpAddress":
    case "NotIpAddress":
      return rangeTest(operands);
  }
}

function rangeTest(operands: readonly string[]): TextTest {
  const ranges = operands.map((operand) => {
    const [address, bits] = operand.split("/") as [string, string];
    const mask = bits === "0" ? 0 : -1 << (32 - Number(bits));
    return { mask, base: addressOf(address) & mask };
  });
  return (value) => {
    const address = addressOf(value);
    for (let at = 0; at < ranges.length; at++) {
      const { mask, base } = ranges[at]!;
      if ((address & mask) === base) return true;
    }
    return false;
  };
}

/** An IPv4 address as a 32-bit integer. */
function addressOf(text: string): number {
  let address = 0;
  let octet = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      address = (address << 8) | octet;
      octet = 0;
    } else {
      octet = octet * 10 + code - 48;
    }
  }
  return (address << 8) | octet;
}
