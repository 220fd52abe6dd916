/** The VPC endpoint that a call came through. */

import type { Directory, EndpointFacts } from "./directory.js";
import { type Request, RequestError, type ViaInput } from "./request.js";
import { checkAccountId, checkText, quote } from "./text.js";

/** Null parts are not known. */
export interface Endpoint {
  readonly id: string | null;
  readonly vpc: string | null;
  readonly account: string | null;
  readonly kind: "interface" | "gateway";
}

/** The endpoint of a request, filled in from the directory; null: the call came through none. */
export function endpointOf(request: Request, directory: Directory): Endpoint | null {
  const given = request.via?.vpcEndpoint;
  if (given === undefined) return null;
  if (given.id !== undefined) checkText(given.id, "via.vpcEndpoint.id");
  if (given.account !== undefined) checkAccountId(given.account, "via.vpcEndpoint.account");
  const facts = given.id === undefined ? null : directory.endpoint(given.id);
  if (facts !== null) checkAgreement(given, facts);
  return {
    id: given.id ?? null,
    vpc: given.vpc ?? facts?.vpc ?? null,
    account: given.account ?? facts?.account ?? null,
    kind: kindOf(given.kind ?? facts?.kind ?? "interface"),
  };
}

/** What the request says of an endpoint that is known must be so. */
function checkAgreement(given: NonNullable<ViaInput["vpcEndpoint"]>, facts: EndpointFacts): void {
  for (const part of ["vpc", "account", "kind"] as const) {
    const said = given[part];
    const known = facts[part];
    if (said === undefined || known === null || said === known) continue;
    const message = `the ${part} of \`${quote(facts.id)}\` is \`${quote(known)}\`, not \`${quote(String(said))}\``;
    throw new RequestError("endpoint-contradiction", `via.vpcEndpoint.${part}`, message);
  }
}

function kindOf(kind: string): Endpoint["kind"] {
  if (kind === "interface" || kind === "gateway") return kind;
  throw new RequestError("invalid-context", "via.vpcEndpoint.kind", `\`${quote(kind)}\` is no kind of endpoint`);
}
