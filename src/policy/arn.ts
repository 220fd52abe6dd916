/** ARNs: `arn:partition:service:region:account:resource`, the last part with any further colons. */

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Everything behind the fifth colon. */
  readonly resource: string;
}

/** GRAM-51. */
export const PARTITIONS: ReadonlySet<string> = new Set([
  "aws",
  "aws-cn",
  "aws-us-gov",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
  "aws-eusc",
]);

/** The six parts of a complete ARN (COND-63: begins `arn:`, at least five colons); null for anything else. */
export function splitArn(text: string): Arn | null {
  const parts = splitComponents(text);
  if (parts.length < 6 || parts[0] !== "arn") return null;
  return { partition: parts[1]!, service: parts[2]!, region: parts[3]!, account: parts[4]!, resource: parts[5]! };
}

/** Splits at the first five colons: at most six components, the last keeps its own colons. */
export function splitComponents(text: string): string[] {
  const components: string[] = [];
  let start = 0;
  while (components.length < 5) {
    const colon = text.indexOf(":", start);
    if (colon === -1) break;
    components.push(text.slice(start, colon));
    start = colon + 1;
  }
  components.push(text.slice(start));
  return components;
}

/** Whether a text is twelve ASCII digits. */
export function isAccountId(text: string): boolean {
  if (text.length !== 12) return false;
  for (let index = 0; index < 12; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

/** The word before the first `/` or `:` of an ARN's resource part: `user` of `user/path/name`; null without either. */
export function resourceTypeOf(arn: Arn): string | null {
  const end = firstSeparator(arn.resource);
  return end === -1 ? null : arn.resource.slice(0, end);
}

/** What follows that word: `path/name` of `user/path/name`; the whole resource part where there is no type. */
export function resourceNameOf(arn: Arn): string {
  return arn.resource.slice(firstSeparator(arn.resource) + 1);
}

function firstSeparator(resource: string): number {
  const slash = resource.indexOf("/");
  const colon = resource.indexOf(":");
  if (slash === -1) return colon;
  return colon === -1 ? slash : Math.min(slash, colon);
}
