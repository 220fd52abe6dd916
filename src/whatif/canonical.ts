/** One text for all requests that two worlds cannot tell apart. */
import { lowerAscii } from "../policy/ascii.js";
import type { ContextInput, PrincipalInput, Request } from "../request/request.js";

/** Keys that follow from the clock, or are compared with it. */
const CLOCK_KEYS = ["aws:currenttime", "aws:epochtime", "aws:tokenissuetime", "aws:multifactorauthage"];

/** Any of these, given, says something about the others (REQ-44). */
const NETWORK_KEYS = ["aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip"];

/** Requests as texts: `JSON.parse` of one is a request that every engine with these `requiredKeys` decides alike. */
export class Canonical {
  private readonly required: ReadonlySet<string>;
  private readonly readsClock: boolean;
  /** By key as written: whether it is read. */
  private readonly kept = new Map<string, boolean>();
  /** Lists of unknown keys are shared by many requests. */
  private readonly unknown = new WeakMap<readonly string[], readonly string[]>();

  /** The lower-cased context keys that the engines read. */
  constructor(requiredKeys: Iterable<string>) {
    const required = new Set(requiredKeys);
    if (NETWORK_KEYS.some((key) => required.has(key))) for (const key of NETWORK_KEYS) required.add(key);
    this.required = required;
    this.readsClock = CLOCK_KEYS.some((key) => required.has(key));
  }

  /** Members stand in a fixed order, names of keys sorted. */
  textOf(request: Request): string {
    const { principal, action, resource, resourceAccount, resourceTags, resourcePolicyType, context, via } = request;
    return JSON.stringify({
      principal: this.principal(principal),
      action,
      resource,
      resourceAccount,
      resourceTags: resourceTags === undefined ? undefined : sorted(resourceTags),
      resourcePolicyType,
      context: context === undefined ? undefined : this.context(context),
      unknown: request.unknown === undefined ? undefined : this.unknownKeys(request.unknown),
      via,
      now: this.readsClock ? request.now : 0,
    });
  }

  private principal(principal: string | PrincipalInput): string | PrincipalInput {
    if (typeof principal === "string" || this.readsClock) return principal;
    const { issueTime, mfa, ...rest } = principal;
    return mfa === undefined ? rest : { ...rest, mfa: mfa !== false };
  }

  private context(context: Readonly<Record<string, ContextInput>>): Record<string, ContextInput> {
    const names = Object.keys(context).filter((name) => this.reads(name));
    return Object.fromEntries(names.sort().map((name) => [name, context[name]!]));
  }

  private reads(name: string): boolean {
    let reads = this.kept.get(name);
    if (reads === undefined) {
      reads = this.required.has(lowerAscii(name));
      if (this.kept.size < KEPT_MAX) this.kept.set(name, reads);
    }
    return reads;
  }

  private unknownKeys(unknown: readonly string[]): readonly string[] {
    let kept = this.unknown.get(unknown);
    if (kept === undefined) {
      kept = [...new Set(unknown)].filter((entry) => this.readsAny(entry)).sort();
      this.unknown.set(unknown, kept);
    }
    return kept;
  }

  /** A key, or a prefix that ends in `*`. */
  private readsAny(entry: string): boolean {
    if (!entry.endsWith("*")) return this.reads(entry);
    const prefix = lowerAscii(entry.slice(0, -1));
    for (const key of this.required) if (key.startsWith(prefix)) return true;
    return false;
  }
}

/** Keys come from records, which may invent them. */
const KEPT_MAX = 4096;

function sorted<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));
}
