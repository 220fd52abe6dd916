/** A scenario as plain JSON, the way a user writes it (docs/scenario.md). */
import type { WorldOptions } from "../../src/policy/options.js";
import type { Request, RequestOptions } from "../../src/request/request.js";

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A named document, or `unknown`: one that is not held. */
export type PolicyJson = { readonly name: string; readonly policy: JsonObject } | "unknown";

export interface PoliciesJson {
  readonly identity?: readonly PolicyJson[];
  readonly boundary?: readonly PolicyJson[] | "unknown";
  readonly session?: readonly PolicyJson[];
  readonly scps?: readonly (readonly PolicyJson[])[];
  readonly rcps?: readonly (readonly PolicyJson[])[];
  readonly resource?: readonly PolicyJson[] | "unknown";
  readonly behind?: { readonly resource: string; readonly policies: readonly PolicyJson[] };
  readonly vpcEndpoint?: readonly PolicyJson[];
}

export interface OrganizationJson {
  readonly id?: string;
  readonly managementAccount?: string;
  readonly accounts?: readonly string[];
  readonly paths?: JsonObject;
  readonly delegatedAdministrators?: readonly string[];
  readonly scpsEnabled?: boolean;
  readonly rcpsEnabled?: boolean;
}

export type Options = Partial<WorldOptions & RequestOptions>;

export interface ScenarioJson {
  readonly id: string;
  readonly request: Request;
  readonly policies: PoliciesJson;
  readonly resourcePolicyType?: string;
  readonly organization?: OrganizationJson;
  readonly resourceSettings?: JsonObject;
  readonly canonicalUserIds?: JsonObject;
  readonly bindings?: JsonObject;
  readonly options?: Options;
}
