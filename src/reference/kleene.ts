/** Truth in three values, with what it hangs on: the connectives of §4a (3V-6, 3V-11). */
import type { Truth } from "../request/decision.js";

/** A truth value. Only an unknown one has causes: context keys, and names of other things that were not given (3V-11). */
export interface Logic {
  readonly truth: Truth;
  readonly keys: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

export const TRUE: Logic = { truth: "T", keys: NOTHING, names: NOTHING };
export const FALSE: Logic = { truth: "F", keys: NOTHING, names: NOTHING };

export function known(value: boolean): Logic {
  return value ? TRUE : FALSE;
}

export function certainly(value: boolean): Truth {
  return value ? "T" : "F";
}

/** Unknown, because these context keys are. */
export function hangsOnKeys(keys: Iterable<string>): Logic {
  return { truth: "U", keys: new Set(keys), names: NOTHING };
}

/** Unknown, because these were not given: a unique ID, a session name, a policy. */
export function hangsOnNames(names: Iterable<string>): Logic {
  return { truth: "U", keys: NOTHING, names: new Set(names) };
}

/** F if a part is F, else U if a part is U, else T. */
export function and(...parts: readonly Logic[]): Logic {
  return withCauses(conjunction(parts.map((part) => part.truth)), parts);
}

/** T if a part is T, else U if a part is U, else F. */
export function or(...parts: readonly Logic[]): Logic {
  return withCauses(disjunction(parts.map((part) => part.truth)), parts);
}

export function not(part: Logic): Logic {
  return { ...part, truth: negation(part.truth) };
}

/** 3V-11: the causes of an unknown whole are those of its unknown parts; what is T or F has none to contribute. */
function withCauses(truth: Truth, parts: readonly Logic[]): Logic {
  if (truth !== "U") return known(truth === "T");
  return {
    truth,
    keys: new Set(parts.flatMap((part) => [...part.keys])),
    names: new Set(parts.flatMap((part) => [...part.names])),
  };
}

export function conjunction(truths: readonly Truth[]): Truth {
  if (truths.includes("F")) return "F";
  return truths.includes("U") ? "U" : "T";
}

export function disjunction(truths: readonly Truth[]): Truth {
  if (truths.includes("T")) return "T";
  return truths.includes("U") ? "U" : "F";
}

export function negation(truth: Truth): Truth {
  switch (truth) {
    case "T":
      return "F";
    case "F":
      return "T";
    case "U":
      return "U";
  }
}
