/** The provenance section: where each statement stands in the file that a person wrote. Only explanations read it. */
import { Bytes, Words } from "../bytecode/writer.js";
import type { Policy, Statement } from "../policy/model.js";
import { positionAt } from "../text/span.js";

export class Provenance {
  private readonly words = new Words();
  private readonly texts = new Bytes();
  private readonly places = new Map<string, readonly [offset: number, length: number]>();

  add(policy: Policy, statement: Statement): void {
    const [sidOffset, sidLength] = this.text(statement.sid ?? "");
    const [fileOffset, fileLength] = this.text(policy.source.name);
    const { line, column } = positionAt(policy.source, statement.span.start);
    this.words.push(sidOffset, sidLength, fileOffset, fileLength, line, column);
  }

  private text(text: string): readonly [number, number] {
    let place = this.places.get(text);
    if (place === undefined) {
      const offset = this.texts.size;
      place = [offset, this.texts.appendText(text)];
      this.places.set(text, place);
    }
    return place;
  }

  records(): Uint8Array {
    return this.words.bytes();
  }

  bytes(): Uint8Array {
    return this.texts.bytes();
  }
}
