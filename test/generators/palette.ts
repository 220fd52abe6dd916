/** What the policies of a town speak about, collected while they are made, so that requests can be drawn from it. */

/** Kinds of condition values; a key is mostly compared with operators of its own kind. */
export type ValueType = "string" | "numeric" | "date" | "bool" | "binary" | "ip" | "arn";

export interface KeyUse {
  /** As the catalogue writes it; policies and requests vary the case. */
  readonly key: string;
  readonly type: ValueType;
  /** Operands that some policy compares it with. */
  readonly operands: Set<string>;
}

export class Palette {
  /** By lower-cased key. */
  readonly keys = new Map<string, KeyUse>();

  use(key: string, type: ValueType, operands: readonly string[]): void {
    const name = key.toLowerCase();
    let use = this.keys.get(name);
    if (use === undefined) {
      use = { key, type, operands: new Set() };
      this.keys.set(name, use);
    }
    for (const operand of operands) use.operands.add(operand);
  }
}
