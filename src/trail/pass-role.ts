/** The roles that a call gives to services: each is one more permission, `iam:PassRole` on the role (§9). */
import { cutArn } from "./arn-format.js";
import type { Call } from "./call.js";
import { type Fields, isFields, isInherited, isUsable, own, textAt } from "./event.js";
import { type Found, found } from "./found.js";
import { PASS_ROLE, PASSED_BY_NAME, PASSED_UNNAMED } from "./pass-role.data.js";

export interface Passed {
  readonly role: Found;
  /** Null: not known. */
  readonly service: string | null;
}

export interface PassedRoles {
  readonly roles: readonly Passed[];
  /** Whether the call passes a role that the record does not name. */
  readonly unnamed: boolean;
}

/** How an action passes roles. */
export interface Passing {
  /** ARNs of roles in its parameters are passed to this service (null: to one that is not known); undefined: they are not. */
  readonly service: string | null | undefined;
  readonly byName: readonly [parameter: string, service: string] | undefined;
  /** The parameter that says that a role is passed without its name; null: one always is; undefined: none is. */
  readonly unnamed: string | null | undefined;
}

/** `action`: `lambda:CreateFunction`. Null: it passes none. */
export function passingOf(action: string): Passing | null {
  const service = SERVICES.get(action);
  const byName = PASSED_BY_NAME.get(action);
  const unnamed = PASSED_UNNAMED.get(action);
  return service === undefined && byName === undefined && unnamed === undefined ? null : { service, byName, unnamed };
}

/** The roles that a call passes. */
export function passedRoles(call: Call, { service, byName, unnamed }: Passing): PassedRoles {
  if (call.parameters === null) return { roles: [], unnamed: !call.parametersComplete || unnamed === null };
  const roles: Passed[] = [];
  if (service !== undefined) new Search(roles, service).look(call.parameters, "requestParameters", 0);
  if (byName !== undefined) addByName(call, call.parameters, byName, roles);
  const isUnnamed = unnamed !== undefined && (unnamed === null || isGiven(call.parameters, unnamed));
  return { roles, unnamed: isUnnamed };
}

/** Action → to whom its roles are passed. */
const SERVICES: ReadonlyMap<string, string | null> = new Map(
  PASS_ROLE.flatMap(([service, passedTo, actions]) =>
    actions.split(" ").map((action): [string, string | null] => [`${service}:${action}`, passedTo]),
  ),
);

const DEPTH_MAX = 6;
const VALUES_MAX = 1024;
const ROLES_MAX = 16;

/** ARNs of roles in parameters whose names speak of a role: `role`, `executionRoleArn`, `deliverLogsPermissionArn`. */
class Search {
  private looked = 0;

  constructor(
    private readonly roles: Passed[],
    private readonly service: string | null,
  ) {}

  look(fields: Fields, from: string, depth: number): void {
    for (const name of Object.keys(fields)) {
      if (++this.looked > VALUES_MAX || this.roles.length === ROLES_MAX) return;
      if (isInherited(name)) continue;
      this.lookAt(fields[name], `${from}.${name}`, speaksOfRole(name), depth);
    }
  }

  private lookAt(value: unknown, from: string, isRole: boolean, depth: number): void {
    if (typeof value === "string") {
      if (isRole && isRoleArn(value)) this.add(value, from);
    } else if (depth === DEPTH_MAX) return;
    else if (isFields(value)) this.look(value, from, depth + 1);
    else if (Array.isArray(value)) {
      for (const item of value) {
        if (++this.looked > VALUES_MAX) return;
        this.lookAt(item, from, isRole, depth + 1);
      }
    }
  }

  private add(arn: string, from: string): void {
    if (this.roles.some(({ role }) => role.arn === arn)) return;
    this.roles.push({ role: found(arn, from), service: this.service });
  }
}

function speaksOfRole(name: string): boolean {
  return name.includes("ole") || name.endsWith("PermissionArn") || name === "iamArn";
}

function isRoleArn(value: string): boolean {
  const cut = isUsable(value) ? cutArn(value) : null;
  return cut !== null && value.startsWith("iam::", cut.service) && value.startsWith("role/", cut.resource);
}

function addByName(
  call: Call,
  parameters: Fields,
  [parameter, service]: readonly [string, string],
  roles: Passed[],
): void {
  const name = textAt(parameters, parameter);
  if (name === null || call.place.account === "" || roles.some(({ role }) => role.arn === name)) return;
  const from = `requestParameters.${parameter}`;
  if (name.startsWith("arn:")) {
    if (isRoleArn(name)) roles.push({ role: found(name, from), service });
    return;
  }
  const known = call.directory?.role(call.place.account, name)?.arn;
  const arn = known ?? `arn:${call.place.partition}:iam::${call.place.account}:role/${name}`;
  roles.push({ role: { arn, owner: null, from, assumption: known === undefined ? "root-path" : null }, service });
}

function isGiven(parameters: Fields, path: string): boolean {
  let value: unknown = parameters;
  for (const step of path.split(".")) {
    if (!isFields(value)) return false;
    value = own(value, step);
  }
  return value !== undefined && value !== null && !(isFields(value) && Object.keys(value).length === 0);
}
