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
