/**
 * Functions of AWS Lambda. A call names one as `name`, `name:qualifier`, `account:function:name` or by an ARN, and may give
 * the qualifier beside it. Since January 2022 Lambda asks for the qualified ARN in both cases; which calls have versions and
 * aliases: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
 */
import { isAccountId, splitArn } from "../policy/arn.js";
import type { Call } from "./call.js";
import { isUsable, textAt } from "./event.js";
import { type Found, found, NOTHING } from "./found.js";

/** As an action's function, whatever its qualifier. */
export function lambdaFunction(call: Call, action: string): readonly Found[] {
  const named = namedFunction(call);
  if (named === null) return NOTHING;
  // The name of an alias is no qualifier here, nor is the version that it is of.
  const qualifier = ABOUT_ALIASES.has(action) ? null : named.qualifier;
  return resource(named, qualifier);
}

/** As an alias, or as a version, of a function. */
export function lambdaQualified(kind: "alias" | "version"): (call: Call) => readonly Found[] {
  return (call) => {
    const named = namedFunction(call);
    if (named === null || named.qualifier === null) return NOTHING;
    return isVersion(named.qualifier) === (kind === "version") ? resource(named, named.qualifier) : NOTHING;
  };
}

const ABOUT_ALIASES: ReadonlySet<string> = new Set(["CreateAlias", "DeleteAlias", "GetAlias", "UpdateAlias"]);

interface NamedFunction {
  /** Up to the function's name. */
  readonly arn: string;
  readonly qualifier: string | null;
  readonly from: string;
}

function resource({ arn, from }: NamedFunction, qualifier: string | null): readonly Found[] {
  const whole = qualifier === null ? arn : `${arn}:${qualifier}`;
  return isUsable(whole) ? [found(whole, from)] : NOTHING;
}

const FUNCTION = "function:";

function namedFunction({ parameters, place }: Call): NamedFunction | null {
  const value = parameters === null ? null : textAt(parameters, "functionName");
  if (value === null) return null;
  const given = parameters === null ? null : textAt(parameters, "qualifier");
  const { account, region, rest } = partsOf(value, place.account, place.region);
  const [name = "", inName = ""] = rest.split(":", 2);
  if (name === "" || account === "" || region === "") return null;
  return {
    arn: `arn:${place.partition}:lambda:${region}:${account}:${FUNCTION}${name}`,
    qualifier: inName === "" ? given : inName,
    from:
      given === null ? "requestParameters.functionName" : "requestParameters.functionName, requestParameters.qualifier",
  };
}

interface Parts {
  readonly account: string;
  readonly region: string;
  /** `name` or `name:qualifier`. */
  readonly rest: string;
}

function partsOf(value: string, account: string, region: string): Parts {
  const arn = splitArn(value);
  if (arn !== null) {
    const isFunction = arn.service === "lambda" && arn.resource.startsWith(FUNCTION) && isAccountId(arn.account);
    return { account: arn.account, region: arn.region, rest: isFunction ? arn.resource.slice(FUNCTION.length) : "" };
  }
  const at = value.indexOf(`:${FUNCTION}`);
  if (at === -1) return { account, region, rest: value.includes("/") ? "" : value };
  const owner = value.slice(0, at);
  const rest = value.slice(at + 1 + FUNCTION.length);
  return isAccountId(owner) ? { account: owner, region, rest } : { account, region, rest: "" };
}

function isVersion(qualifier: string): boolean {
  if (qualifier === "$LATEST") return true;
  for (let at = 0; at < qualifier.length; at++) {
    const unit = qualifier.charCodeAt(at);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return qualifier !== "";
}
