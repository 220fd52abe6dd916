/** Where every part of what is derived from an event comes from: the same derivation, which notes what it reads. */
import type { ContextInput } from "../request/request.js";
import { type DeriveOptions, derive } from "./derive.js";
import type { Derived, DerivedRequest, Gap } from "./derived.js";
import { isFields, textAt } from "./event.js";
import { REASONS } from "./reasons.js";
import { type Note, Trace } from "./trace.js";

export interface ExplainedEvent {
  /** What names the event in its trail; null: it does not. */
  readonly eventId: string | null;
  readonly eventSource: string | null;
  readonly eventName: string | null;
  readonly eventTime: string | null;
  readonly derived: Derived;
  /** Of every request of the call. */
  readonly shared: readonly Note[];
  /** Of each request, in their order. */
  readonly own: readonly (readonly Note[])[];
}

/** Never throws, whatever the value is. */
export function explainEvent(event: unknown, options: DeriveOptions): ExplainedEvent {
  const trace = new Trace();
  const derived = derive(event, options, trace);
  const fields = isFields(event) ? event : {};
  return {
    eventId: textAt(fields, "eventID"),
    eventSource: textAt(fields, "eventSource"),
    eventName: textAt(fields, "eventName"),
    eventTime: textAt(fields, "eventTime"),
    derived,
    shared: trace.shared,
    own: trace.own,
  };
}

/** A part of a request, its value, and where that comes from. */
export interface ExplainedPart {
  readonly part: string;
  readonly value: ContextInput | null;
  /** Path in the record; empty: the rule says it. */
  readonly from: string;
  readonly rule: string;
}

/** The parts of one request that something in the record says. */
export function explainedParts(event: ExplainedEvent, index: number): readonly ExplainedPart[] {
  if (event.derived.kind === "none") return [];
  const { request } = event.derived.requests[index]!;
  return [...event.shared, ...event.own[index]!].flatMap((note): ExplainedPart[] => {
    const { kind, part, from, rule } = note;
    switch (kind) {
      case "action":
        return [{ part: "action", value: request.action, from, rule }];
      case "resource":
        return [{ part: "resource", value: request.resource, from, rule }];
      case "principal":
        return [{ part: `principal.${part}`, value: principalPart(request.principal, part), from, rule }];
      case "via":
        return [{ part: `via.${part}`, value: null, from, rule }];
      case "time":
        return [
          { part: "now", value: request.now === undefined ? null : new Date(request.now).toISOString(), from, rule },
        ];
      case "context": {
        const value = request.context?.[part];
        return value === undefined ? [] : [{ part, value, from, rule }];
      }
    }
  });
}

function principalPart(principal: DerivedRequest["request"]["principal"], part: string): ContextInput | null {
  if (typeof principal === "string") return principal;
  const value = (principal as unknown as Readonly<Record<string, unknown>>)[part];
  if (part === "issueTime" && typeof value === "number") return new Date(value).toISOString();
  if (part === "mfa" && typeof value === "object") return true;
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}

/** The public form of an explanation. */
export function explainedToJson(event: ExplainedEvent): unknown {
  const { eventId, eventSource, eventName, eventTime, derived } = event;
  const head = { eventId, eventSource, eventName, eventTime };
  if (derived.kind === "none") {
    const { reason, action, missing } = derived;
    return { ...head, derived: false, reason, about: REASONS[reason], action, missing };
  }
  return {
    ...head,
    derived: true,
    requests: derived.requests.map(({ request, assumptions }, index) => ({
      request,
      assumptions,
      parts: explainedParts(event, index),
    })),
    gaps: derived.gaps,
  };
}

/** A gap in words. */
export function gapText({ action, reason, missing }: Gap): string {
  const about = reason === "role-not-recorded" ? "the record does not name the role that is passed" : REASONS[reason];
  const types = missing.length === 0 ? "" : ` (${missing.join(", ")})`;
  return `${action}: ${about}${types}`;
}
