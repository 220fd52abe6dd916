/** How the values of parameters become parts of ARNs. Each gives null for a value that does not name such a resource. */

type Parameters = { readonly [name: string]: unknown };

export function bareValue(value: string, _parameters: Parameters): string | null {
  return value;
}

/** Services take names and ARNs in the same parameter; of both the name is what stands last. */
export function afterLastSlash(value: string): string {
  return value.slice(value.lastIndexOf("/") + 1);
}

export function withoutStart(start: string): (value: string) => string | null {
  return (value) => (value.startsWith(start) && value.length > start.length ? value.slice(start.length) : null);
}

export function startsWith(start: string): (value: string) => string | null {
  return (value) => (value.startsWith(start) ? value : null);
}

export function withoutLeadingSlash(value: string): string {
  return value.startsWith("/") ? value.slice(1) : value;
}

/** A key by its id; what an alias stands for, the parameter does not tell. */
export function keyId(value: string): string | null {
  return value.startsWith("alias/") || value.includes(":") ? null : value;
}

/** `name`, `name:qualifier`, `account:function:name` and ARNs name one function. */
export function lambdaName(value: string): string | null {
  return lambdaParts(value).name;
}

/** A version is `$LATEST` or a number, everything else an alias. */
export function lambdaQualifier(kind: "alias" | "version"): (value: string, parameters: Parameters) => string | null {
  return (value, parameters) => {
    const qualifier = value === parameters["functionName"] ? lambdaParts(value).qualifier : value;
    if (qualifier === null) return null;
    return isVersion(qualifier) === (kind === "version") ? qualifier : null;
  };
}

function isVersion(qualifier: string): boolean {
  if (qualifier === "$LATEST") return true;
  for (let at = 0; at < qualifier.length; at++) {
    const unit = qualifier.charCodeAt(at);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return qualifier !== "";
}

const FUNCTION = "function:";

function lambdaParts(value: string): { readonly name: string | null; readonly qualifier: string | null } {
  const at = value.indexOf(FUNCTION);
  const rest = at === -1 ? value : value.slice(at + FUNCTION.length);
  const colon = rest.indexOf(":");
  const name = colon === -1 ? rest : rest.slice(0, colon);
  const qualifier = colon === -1 ? null : rest.slice(colon + 1);
  return { name: name === "" ? null : name, qualifier: qualifier === "" ? null : qualifier };
}
