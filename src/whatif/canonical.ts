/** Texts for requests, the same for all that two worlds cannot tell apart. */
import { lowerAscii } from "../policy/ascii.js";
import type { ContextInput, PrincipalInput, Request } from "../request/request.js";

/** Keys that follow from the clock, or are compared with it. */
const CLOCK_KEYS = ["aws:currenttime", "aws:epochtime", "aws:tokenissuetime", "aws:multifactorauthage"];

/** Keys, beside those of the clock, whose values are many and matter to few. */
const VOLATILE_KEYS: ReadonlySet<string> = new Set(["aws:sourceip", "aws:useragent"]);

/** Any of these, given, says something about the others (REQ-44). */
const NETWORK_KEYS = ["aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpcsourceip"];

/**
 * Requests as texts, each in two parts: what is much the same from call to call, and what hardly ever is (the clock, the
 * address, the agent). Most decisions do not hang on the second part, so that the first alone can be asked.
 */
export class Canonical {
  private readonly required: ReadonlySet<string>;
  private readonly readsClock: boolean;
  /** By key as written: whether it is read. */
  private readonly kept = new Map<string, boolean>();
  /** Lists of unknown keys are shared by many requests. */
  private readonly unknown = new WeakMap<readonly string[], readonly string[]>();
  private readonly clockKeys: readonly string[];

  /** The lower-cased context keys that the engines read. */
  constructor(requiredKeys: Iterable<string>) {
    const required = new Set(requiredKeys);
    this.clockKeys = CLOCK_KEYS.filter((key) => required.has(key));
    if (NETWORK_KEYS.some((key) => required.has(key))) for (const key of NETWORK_KEYS) required.add(key);
    this.required = required;
    this.readsClock = this.clockKeys.length > 0;
  }

  /**
   * `settled`: a request in which the second part is unknown; a definite answer to it is the answer to this request (3V-9).
   * `volatile`: the second part for `exactOf`; empty: there is none, and `settled` is this request. Every engine with these
   * `requiredKeys` decides equal texts alike. Members stand in a fixed order, names of keys sorted.
   */
  textsOf(request: Request): { readonly settled: string; readonly volatile: string } {
    const { principal, action, resource, resourceAccount, resourceTags, resourcePolicyType, via } = request;
    const { settled, volatile } = this.context(request.context ?? {});
    const caller = this.principal(principal);
    const unknown = this.unknownKeys(request.unknown ?? NOTHING);
    const hidden = [...Object.keys(volatile), ...this.clockKeys];
    const base = JSON.stringify({
      principal: caller.settled,
      action,
      resource,
      resourceAccount,
      resourceTags: resourceTags === undefined ? undefined : sorted(resourceTags),
      resourcePolicyType,
      context: settled,
      unknown: hidden.length === 0 ? unknown : [...new Set([...unknown, ...hidden])],
      via,
      now: 0,
    });
    if (hidden.length === 0) return { settled: base, volatile: "" };
    const clock = this.readsClock ? { now: request.now, ...caller.volatile } : { now: 0 };
    return { settled: base, volatile: JSON.stringify({ context: volatile, unknown, ...clock }) };
  }

  private principal(principal: string | PrincipalInput): {
    readonly settled: string | PrincipalInput;
    readonly volatile: Pick<PrincipalInput, "issueTime" | "mfa">;
  } {
    if (typeof principal === "string") return { settled: principal, volatile: {} };
    const { issueTime, mfa, ...rest } = principal;
    const settled = mfa === undefined ? rest : { ...rest, mfa: mfa !== false };
    return {
      settled,
      volatile: { ...(issueTime === undefined ? {} : { issueTime }), ...(mfa === undefined ? {} : { mfa }) },
    };
  }

  private context(context: Readonly<Record<string, ContextInput>>) {
    const names = Object.keys(context)
      .filter((name) => this.reads(name))
      .sort();
    const entriesOf = (isVolatile: boolean) =>
      Object.fromEntries(
        names
          .filter((name) => VOLATILE_KEYS.has(lowerAscii(name)) === isVolatile)
          .map((name) => [name, context[name]!]),
      );
    return { settled: entriesOf(false), volatile: entriesOf(true) };
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

/** The request of both parts. */
export function exactOf(settled: string, volatile: string): Request {
  const request = JSON.parse(settled) as Request;
  if (volatile === "") return request;
  const { context, unknown, now, ...caller } = JSON.parse(volatile) as Volatile;
  const { principal } = request;
  return {
    ...request,
    principal: typeof principal === "string" ? principal : { ...principal, ...caller },
    context: { ...request.context, ...context },
    unknown,
    now,
  };
}

interface Volatile extends Pick<PrincipalInput, "issueTime" | "mfa"> {
  readonly context: Readonly<Record<string, ContextInput>>;
  readonly unknown: readonly string[];
  readonly now: number;
}

const NOTHING: readonly string[] = [];

/** Keys come from records, which may invent them. */
const KEPT_MAX = 4096;

function sorted<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));
}
