/** A question in the evaluator's memory reads as the question that it was: frame, texts and slots, whatever stood there before. */
import { describe, expect, it } from "vitest";
import {
  CallerBits,
  CallerKind,
  ConsentKind,
  CredentialKind,
  EndpointKind,
  Format,
  Frame,
  FrameSet,
  OwnerKind,
  ResourceBits,
  SlotRecord,
  SlotState,
} from "../../src/bytecode/layout.js";
import { verifyBundle } from "../../src/bytecode/verify.js";
import { compile } from "../../src/compiler/compile.js";
import { encodeQuestion, type KeyPlan, keyPlansOf, REQUEST_BYTES_MAX, slotOf } from "../../src/engine/encode.js";
import { type Machine, makeMachine, moduleOf } from "../../src/engine/wasm.js";
import { BundleWorld } from "../../src/engine/world.js";
import { accountOf, type Context, type Principal, type Question, type Slot } from "../../src/request/question.js";
import { RequestError } from "../../src/request/request.js";
import { resolve } from "../../src/request/resolve.js";
import { directoryOf } from "../../src/world/directory.js";
import { type Layers, layersOf } from "../../src/world/layers.js";
import { everythingWorld } from "../bytecode/everything.js";
import { Random } from "../generators/random.js";
import { askOf } from "../generators/requests.js";
import { worldOf } from "../generators/roads.js";
import { townOf } from "../generators/towns.js";

interface Room {
  readonly machine: Machine;
  readonly plans: readonly KeyPlan[];
  readonly world: BundleWorld;
}

function roomOf(bundle: Uint8Array): Room {
  const reader = verifyBundle(bundle);
  const machine = makeMachine(moduleOf("baseline"), {
    bundle,
    overlay: null,
    candidateWords: 1024,
    textBytes: REQUEST_BYTES_MAX,
    batchBytes: 0,
    seed: 1,
  });
  return { machine, plans: keyPlansOf(reader), world: new BundleWorld(reader) };
}

/** What stands in the evaluator's memory, read by the layout alone. */
class Reading {
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(private readonly machine: Machine) {}

  field(field: Frame): number {
    return this.machine.words[(this.machine.frame + field) >>> 2]!;
  }

  /** Null: pointer 0. */
  text(field: Frame): string | null {
    const pointer = this.field(field);
    return pointer === 0 ? null : this.at(pointer, this.field(field + 4));
  }

  names(): string[] {
    return this.pairs(this.field(Frame.Names), this.field(Frame.NameCount));
  }

  slot(id: number): Slot {
    const at = (this.machine.slotsOfBundle + id * SlotRecord.Size) >>> 2;
    const [state, pointer, length] = [0, 1, 2].map((word) => this.machine.words[at + word]!) as [
      SlotState,
      number,
      number,
    ];
    switch (state) {
      case SlotState.Absent:
        return { state: "absent" };
      case SlotState.Unknown:
        return { state: "unknown" };
      case SlotState.Single:
        return { state: "single", value: this.at(pointer, length) };
      case SlotState.Multi:
        return { state: "multi", values: this.pairs(pointer, length) };
    }
  }

  private pairs(pointer: number, count: number): string[] {
    const words = this.machine.words;
    return Array.from({ length: count }, (_, index) =>
      this.at(words[(pointer >>> 2) + index * 2]!, words[(pointer >>> 2) + index * 2 + 1]!),
    );
  }

  private at(pointer: number, length: number): string {
    return this.decoder.decode(this.machine.bytes.slice(pointer, pointer + length));
  }
}

const KINDS = [
  "root",
  "user",
  "roleSession",
  "federatedUser",
  "webIdentity",
  "saml",
  "service",
  "originAccessIdentity",
  "anonymous",
];

/** The caller as the frame tells it. */
function readCaller(reading: Reading) {
  return {
    kind: KINDS[reading.field(Frame.Caller)],
    account: reading.text(Frame.Account),
    arn: reading.text(Frame.Arn),
    sessionArn: reading.text(Frame.SessionArn),
    sessionPrefix: reading.text(Frame.SessionPrefix),
    uniqueId: reading.text(Frame.UniqueId),
    parent: reading.text(Frame.Parent),
    canonical: reading.text(Frame.Canonical),
    provider: reading.text(Frame.Provider),
    names: reading.names(),
    credentials: CredentialKind[reading.field(Frame.Credentials)],
    bits: reading.field(Frame.CallerBits),
  };
}

/** The same, from the question. */
function wantedCaller({ principal, canonicalUserId }: Question, layers: Layers) {
  const is = <K extends Principal["kind"]>(kind: K) =>
    principal.kind === kind ? (principal as Principal & { kind: K }) : null;
  const [session, federated] = [is("roleSession"), is("federatedUser")];
  const withKeys = is("user") ?? is("root");
  const token = withKeys?.credentials.kind === "sessionToken" && withKeys.credentials.mfa ? "SessionTokenMfa" : "";
  const credentials = {
    longTerm: "LongTerm",
    sessionToken: "SessionToken",
    console: "Console",
    assumeRoot: "AssumeRoot",
  };
  return {
    kind: principal.kind,
    account: accountOf(principal),
    arn: session?.roleArn ?? (is("webIdentity") ?? is("saml"))?.provider ?? ("arn" in principal ? principal.arn : null),
    sessionArn: session?.sessionArn ?? null,
    sessionPrefix:
      session === null ? null : `arn:${session.partition}:sts::${session.account}:assumed-role/${session.roleName}/`,
    uniqueId: is("user")?.uniqueId ?? session?.roleId ?? federated?.parentId ?? null,
    parent: federated?.parentArn ?? null,
    canonical: canonicalUserId,
    provider: session?.federatedProvider ?? null,
    names: [...(is("service")?.names ?? [])],
    credentials:
      token !== ""
        ? token
        : withKeys !== null
          ? credentials[withKeys.credentials.kind]
          : federated?.console
            ? "Console"
            : "LongTerm",
    bits:
      (session?.serviceLinked ? CallerBits.ServiceLinked : 0) |
      (layers.mayAssumeRoot ? CallerBits.MayAssumeRoot : 0) |
      (federated?.parentArn?.endsWith(":root") ? CallerBits.ParentIsRoot : 0),
  };
}

function expectToRead({ machine, plans, world }: Room, question: Question, what: string): void {
  const layers = layersOf(world, question);
  machine.bytes.fill(0xaa, machine.textArea, machine.textArea + 4096);
  machine.bytes.fill(0xaa, machine.slotsOfBundle, machine.slotsOfBundle + plans.length * SlotRecord.Size);
  machine.bytes.fill(0xaa, machine.frame, machine.frame + Frame.Size);
  encodeQuestion(machine, plans, question, layers, null);
  const reading = new Reading(machine);
  expect(readCaller(reading), what).toEqual(wantedCaller(question, layers));
  expect(reading.text(Frame.Action), what).toBe(question.action);
  expect(reading.text(Frame.Resource), what).toBe(question.resource);
  expect(OwnerKind[reading.field(Frame.Owner)], what).toBe(
    question.owner.kind === "unknown"
      ? "Unknown"
      : question.owner.account === accountOf(question.principal)
        ? "Same"
        : "Other",
  );
  expect(ConsentKind[reading.field(Frame.Consent)], what).toBe(
    { trust: "Trust", kms: "Kms", other: "None" }[question.resourcePolicyKind],
  );
  expect(EndpointKind[reading.field(Frame.Endpoint)], what).toBe(
    { none: "None", interface: "Interface", gateway: "Gateway" }[question.endpoint?.kind ?? "none"],
  );
  expect((reading.field(Frame.ResourceBits) & ResourceBits.AwsManaged) !== 0, what).toBe(layers.awsManaged);
  expect(reading.text(Frame.BehindResource), what).toBe(layers.behind?.resource ?? null);
  expect(reading.field(Frame.SessionInOverlay), what).toBe(0);
  for (const [field, set] of [
    [Frame.Identity, layers.identity],
    [Frame.Boundary, layers.boundary],
    [Frame.Session, layers.session],
    [Frame.Vpce, layers.vpce],
    [Frame.ResourceSet, layers.resource],
  ] as const) {
    const id = reading.field(field) | 0;
    const label = id >= 0 ? world.sets[id]!.label : null;
    if (set === null) expect(id, what).toBe(Format.None);
    else if (id === Format.None) expect([...set.documents, ...set.missing], what).toEqual([]);
    else if (id === FrameSet.Unknown) expect(set.missing, what).not.toEqual([]);
    else expect(label, what).toBe(set.label);
  }
  plans.forEach((plan, id) => {
    expect(reading.slot(id), `${what}: ${JSON.stringify(plan)}`).toEqual(slotOf(plan, question.context));
    if (plan.kind === "plain") expect(reading.slot(id)).toEqual(question.context.get(plan.name));
  });
}

const LISTING = {
  principal: "arn:aws:iam::111111111111:user/ana",
  action: "s3:ListBucket",
  resource: "arn:aws:s3:::reports",
  resourceAccount: "222222222222",
  now: 0,
};

describe("a question", () => {
  it("reads as it was", () => {
    let read = 0;
    const kinds = new Set<string>();
    for (let number = 0; read < 2000; number++) {
      const random = new Random(1, 41, number);
      const town = townOf(random);
      let room: Room;
      try {
        room = roomOf(compile(worldOf(town)));
      } catch {
        continue; // Strict grammar refuses some of the worlds.
      }
      for (let at = 0; at < 40; at++) {
        const { request, options } = askOf(random, town);
        let question: Question;
        try {
          question = resolve(request, directoryOf(room.world), options ?? {});
          layersOf(room.world, question);
        } catch (error) {
          if (error instanceof RequestError) continue;
          throw error;
        }
        kinds.add(question.principal.kind);
        read++;
        expectToRead(room, question, `world ${number}: ${JSON.stringify(request)}`);
      }
    }
    expect([...kinds].sort()).toEqual([...KINDS].sort());
    expect(KINDS.map((_, kind) => CallerKind[kind]?.toLowerCase())).toEqual(KINDS.map((kind) => kind.toLowerCase()));
  });

  it("has texts of every width, and none", () => {
    const room = roomOf(compile(everythingWorld()));
    for (const value of ["", "a", "é", "€", "😀", "a\0b", "\u{10ffff}", "x".repeat(8192), "é".repeat(4096)]) {
      const request = { ...LISTING, context: { "s3:prefix": value, "aws:TagKeys": [value, "", value] } };
      expectToRead(room, resolve(request, directoryOf(room.world), {}), `${value.length} units`);
    }
  });

  it.each([
    ["one text is too long", ["x".repeat(65537)], "a text of the request is too long"],
    ["one text is too long in bytes", ["é".repeat(32769)], "a text of the request is too long"],
    ["all texts together are", Array.from({ length: 80 }, () => "x".repeat(60000)), "too large together"],
    ["so many are empty", Array.from({ length: 600_000 }, () => ""), "too large together"],
  ])("is refused if %s: what is put together can be longer than what was given", (_, values, message) => {
    const room = roomOf(compile(everythingWorld()));
    const question = resolve(LISTING, directoryOf(room.world), {});
    const context: Context = { ...question.context, get: () => ({ state: "multi", values }) };
    const ask = () =>
      encodeQuestion(room.machine, room.plans, { ...question, context }, layersOf(room.world, question), null);
    expect(ask).toThrow(RequestError);
    expect(ask).toThrow(message);
  });
});
