/** What AWS would say to whoever was denied (EVAL-7). */
import type { Decision, Layer } from "./decision.js";

/** The three things that AWS's sentence names, as the request gave them. */
export interface Asked {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
}

/** AWS's sentence for a denial; null where nobody was certainly denied, or not certainly in which way. */
export function messageFor(decision: Decision, asked: Asked): string | null {
  const { principal, action, resource } = asked;
  const sentence = `User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`;
  switch (decision.decision) {
    case "explicitDeny":
      return sentence + POLICY_TYPES[decision.decidedBy].explicitly;
    case "implicitDeny": {
      const { type } = POLICY_TYPES[decision.decidedBy];
      return type === null ? sentence : `${sentence} because no ${type} allows the ${action} action`;
    }
    case "allowed":
    case "indeterminate":
    case "denied":
      return null;
  }
}

/** AWS's words for each type of policy. It gives no reason where no policy decided. */
const POLICY_TYPES: Record<Layer, { readonly type: string | null; readonly explicitly: string }> = {
  SCP: { type: "service control policy", explicitly: " with an explicit deny in a service control policy" },
  RCP: { type: "resource control policy", explicitly: " with an explicit deny in a resource control policy" },
  VPCE: { type: "VPC endpoint policy", explicitly: " with an explicit deny in a VPC endpoint policy" },
  BOUNDARY: { type: "permissions boundary", explicitly: " with an explicit deny in a permissions boundary" },
  SESSION: { type: "session policy", explicitly: " with an explicit deny in a session policy" },
  RESOURCE: { type: "resource-based policy", explicitly: " with an explicit deny in a resource-based policy" },
  TRUST: { type: "role trust policy", explicitly: " with an explicit deny in the role trust policy" },
  IDENTITY: { type: "identity-based policy", explicitly: " with an explicit deny in an identity-based policy" },
  SERVICE: { type: null, explicitly: "" },
};
