/** Short ways to ask and to look at the answer, for the tests of this folder. */
import type { Directory } from "../../src/request/directory.js";
import type { Question, Slot } from "../../src/request/question.js";
import { type PrincipalInput, type Request, RequestError, type RequestOptions } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { A1, directory } from "./directory.js";

export const ALICE = `arn:aws:iam::${A1}:user/staff/alice`;
export const NOW = "2026-11-24T09:51:40Z";

/** Alice gets an object of her own account. */
export const REQUEST: Request = {
  principal: ALICE,
  action: "s3:GetObject",
  resource: "arn:aws:s3:::b/k",
  resourceAccount: A1,
  now: NOW,
};

export function ask(
  change: Partial<Request> = {},
  options: Partial<RequestOptions> = {},
  from: Directory = directory(),
): Question {
  return resolve({ ...REQUEST, ...change }, from, options);
}

/** A key's state in short: `absent`, `unknown`, a text, or a list of texts. */
export function show(slot: Slot): string | readonly string[] {
  switch (slot.state) {
    case "absent":
    case "unknown":
      return slot.state;
    case "single":
      return slot.value;
    case "multi":
      return slot.values;
  }
}

export function keyOf(question: Question, key: string): string | readonly string[] {
  return show(question.context.get(key.toLowerCase()));
}

/** A principal given as an ARN or as an object. */
export function asPrincipal(principal: string | PrincipalInput, action = "s3:GetObject"): Partial<Request> {
  return { principal, action };
}

/** The code of the error that this ends in. */
export function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
  return "not refused";
}
