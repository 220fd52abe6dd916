/** A WebAssembly module whose mutants differ in one place each: comparisons, operations, constants and branches. */
import binaryen from "assemblyscript/binaryen";

export interface Mutant {
  /** The function, and which of its expressions. */
  readonly place: string;
  readonly change: string;
  /** The expression around it as text, for people. */
  readonly surroundings: () => string;
  /** Makes the change and returns what takes it back. */
  readonly apply: () => () => void;
}

/** Operations that stand in for each other. */
const PAIRS = [
  ["Eq", "Ne"],
  ["LtU", "LeU"],
  ["LtS", "LeS"],
  ["GtU", "GeU"],
  ["GtS", "GeS"],
  ["Add", "Sub"],
  ["And", "Or"],
  ["Shl", "ShrU"],
] as const;

type Expression = number;

/** Accessors of binaryen that its declarations leave out. */
interface Accessors {
  readonly Binary: { setOp(at: Expression, op: number): void };
  readonly Const: { setValueI32(at: Expression, value: number): void };
  readonly If: Conditional;
  readonly Break: Conditional;
  readonly Select: Conditional;
  readonly Loop: { setBody(at: Expression, body: Expression): void };
}

interface Conditional {
  setCondition(at: Expression, condition: Expression): void;
}

const accessors = binaryen as unknown as Accessors;
const byName = binaryen as unknown as Record<string, number>;

/** Operation to its partner, both ways. */
const PARTNERS: ReadonlyMap<number, Partner> = new Map(
  ["Int32", "Int64"].flatMap((type) =>
    PAIRS.flatMap(([one, other]): [number, Partner][] => {
      const [a, b] = [byName[one + type]!, byName[other + type]!];
      return [
        [a, { op: b, name: `${one} → ${other} (${type})` }],
        [b, { op: a, name: `${other} → ${one} (${type})` }],
      ];
    }),
  ),
);

interface Partner {
  readonly op: number;
  readonly name: string;
}

export class MutableModule {
  private readonly module: binaryen.Module;

  /** `fuel`: how many rounds loops may make together; the global of that name starts with it, and without it they trap. */
  constructor(bytes: Uint8Array, fuel: number) {
    this.module = binaryen.readBinary(bytes);
    this.module.setFeatures(binaryen.Features.All);
    this.mutantsFound = [...this.find()];
    this.fuelLoops(fuel);
  }

  private readonly mutantsFound: readonly Mutant[];

  mutants(): readonly Mutant[] {
    return this.mutantsFound;
  }

  bytes(): Uint8Array {
    return this.module.emitBinary();
  }

  mutated(mutant: Mutant): Uint8Array {
    const undo = mutant.apply();
    const bytes = this.bytes();
    undo();
    return bytes;
  }

  private *find(): Generator<Mutant> {
    for (const { name, body } of this.functions()) {
      let number = 0;
      for (const { at, parent } of expressionsIn(body)) {
        number++;
        const surroundings = () => binaryen.emitText(parent).replaceAll(/\s+/g, " ").slice(0, SURROUNDINGS_MAX);
        for (const change of this.changesOf(at, parent)) yield { place: `${name} ${number}`, surroundings, ...change };
      }
    }
  }

  private *functions(): Generator<{ name: string; body: Expression }> {
    for (let index = 0; index < this.module.getNumFunctions(); index++) {
      const { name, body } = binaryen.getFunctionInfo(this.module.getFunctionByIndex(index));
      if (body !== 0) yield { name, body };
    }
  }

  private *changesOf(at: Expression, parent: Expression): Generator<{ change: string; apply: () => () => void }> {
    if (EMPTY.has(binaryen.getExpressionId(at))) return;
    const info = binaryen.getExpressionInfo(at);
    switch (info.id) {
      case binaryen.BinaryId: {
        const { op } = info as binaryen.BinaryInfo;
        const partner = PARTNERS.get(op);
        if (partner !== undefined && !(ORDERS.has(op) && isExtreme(parent, info as binaryen.BinaryInfo)))
          yield swap(partner.name, (value) => accessors.Binary.setOp(at, value), op, partner.op);
        return;
      }
      case binaryen.ConstId: {
        const { value, type } = info as binaryen.ConstInfo;
        if (type !== binaryen.i32) return;
        const set = (other: number) => accessors.Const.setValueI32(at, other);
        yield swap(`${value} → ${Number(value) + 1}`, set, Number(value), Number(value) + 1);
        yield swap(`${value} → ${Number(value) - 1}`, set, Number(value), Number(value) - 1);
        return;
      }
      case binaryen.IfId:
        yield this.negated("if", accessors.If, at, (info as binaryen.IfInfo).condition);
        return;
      case binaryen.SelectId:
        yield this.negated("select", accessors.Select, at, (info as binaryen.SelectInfo).condition);
        return;
      case binaryen.BreakId: {
        const { condition } = info as binaryen.BreakInfo;
        if (condition === 0) return;
        yield this.negated("br_if", accessors.Break, at, condition);
        const never = () => this.module.i32.and(condition, this.module.i32.const(0));
        yield wrap("br_if never taken", accessors.Break, at, condition, never);
        return;
      }
    }
  }

  private negated(what: string, kind: Conditional, at: Expression, condition: Expression) {
    return wrap(`${what} negated`, kind, at, condition, () => this.module.i32.eqz(condition));
  }

  private fuelLoops(fuel: number): void {
    const { module } = this;
    module.addGlobal("fuel", binaryen.i32, true, module.i32.const(fuel));
    module.addGlobalExport("fuel", "fuel");
    const left = () => module.global.get("fuel", binaryen.i32);
    for (const { body } of [...this.functions()]) {
      for (const { at } of [...expressionsIn(body)]) {
        if (binaryen.getExpressionId(at) !== binaryen.LoopId) continue;
        const { body: rounds } = binaryen.getExpressionInfo(at) as binaryen.LoopInfo;
        const burn = [
          module.if(module.i32.eqz(left()), module.unreachable()),
          module.global.set("fuel", module.i32.sub(left(), module.i32.const(1))),
        ];
        accessors.Loop.setBody(at, module.block(null, [...burn, rounds], binaryen.getExpressionType(rounds)));
      }
    }
  }
}

function swap(change: string, set: (value: number) => void, before: number, after: number) {
  return {
    change,
    apply: () => {
      set(after);
      return () => set(before);
    },
  };
}

function wrap(change: string, kind: Conditional, at: Expression, before: Expression, after: () => Expression) {
  return {
    change,
    apply: () => {
      kind.setCondition(at, after());
      return () => kind.setCondition(at, before);
    },
  };
}

/** Orders, strict or not. */
const ORDERS: ReadonlySet<number> = new Set(
  ["Int32", "Int64"].flatMap((type) =>
    ["LtU", "LeU", "LtS", "LeS", "GtU", "GeU", "GtS", "GeS"].map((name) => byName[name + type]!),
  ),
);

/** Whether a select takes the larger or the smaller of two numbers: where they are equal, it does not matter which. */
function isExtreme(parent: Expression, { left, right }: binaryen.BinaryInfo): boolean {
  if (binaryen.getExpressionId(parent) !== binaryen.SelectId) return false;
  const { ifTrue, ifFalse } = binaryen.getExpressionInfo(parent) as binaryen.SelectInfo;
  const compared = [localOf(left), localOf(right)].sort().join();
  return !compared.includes("none") && compared === [localOf(ifTrue), localOf(ifFalse)].sort().join();
}

/** The local variable that an expression reads, or has just set. */
function localOf(at: Expression): string {
  const id = binaryen.getExpressionId(at);
  if (id !== binaryen.LocalGetId && id !== binaryen.LocalSetId) return "none";
  return String((binaryen.getExpressionInfo(at) as binaryen.LocalGetInfo).index);
}

/** Fields of expressions that hold further ones; lists among them. */
const CHILDREN = [
  "children",
  "body",
  "condition",
  "ifTrue",
  "ifFalse",
  "value",
  "operands",
  "target",
  "ptr",
  "left",
  "right",
  "delta",
  "dest",
  "source",
  "size",
] as const;

/** Of these, binaryen has nothing to tell. */
const EMPTY: ReadonlySet<number> = new Set([binaryen.NopId, binaryen.UnreachableId]);
const LEAVES: ReadonlySet<number> = new Set([...EMPTY, binaryen.ConstId]);

/** Characters of an expression's text. */
const SURROUNDINGS_MAX = 240;

interface Place {
  readonly at: Expression;
  readonly parent: Expression;
}

/** Every expression of a body, in the order of the text. */
function* expressionsIn(body: Expression): Generator<Place> {
  const waiting: Place[] = [{ at: body, parent: body }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    yield place;
    const { at } = place;
    if (LEAVES.has(binaryen.getExpressionId(at))) continue;
    const info = binaryen.getExpressionInfo(at);
    const fields = info as unknown as Record<string, unknown>;
    const children = CHILDREN.flatMap((name) => {
      // The target of a plain call is a name.
      const held = fields[name];
      return Array.isArray(held) ? (held as number[]) : typeof held === "number" && held !== 0 ? [held] : [];
    });
    waiting.push(...children.reverse().map((child) => ({ at: child, parent: at })));
  }
}
