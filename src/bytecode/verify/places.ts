/** Which documents stand where. */
import { PolicyTypeCode } from "../layout.js";

/** What a document can be attached to. */
export enum Place {
  /** As identity policy, boundary or session policy: none of them names principals. */
  Caller = 1,
  Scp = 2,
  Rcp = 4,
  Endpoint = 8,
  Resource = 16,
  Trust = 32,
}

export function placeOf(type: PolicyTypeCode): Place {
  switch (type) {
    case PolicyTypeCode.identity:
    case PolicyTypeCode.managed:
    case PolicyTypeCode.boundary:
    case PolicyTypeCode.session:
      return Place.Caller;
    case PolicyTypeCode.scp:
      return Place.Scp;
    case PolicyTypeCode.rcp:
      return Place.Rcp;
    case PolicyTypeCode.vpce:
      return Place.Endpoint;
    case PolicyTypeCode.resource:
      return Place.Resource;
    case PolicyTypeCode.trust:
      return Place.Trust;
  }
}
