/** Bytes that arrive in pieces, to be looked at ahead and taken in others. */
export class Input {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  /** How many bytes were taken. */
  offset = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, from one to `size`, without taking them; none at the end. */
  async peek(size: number): Promise<Buffer> {
    while (this.#rest.length === 0 && (await this.#fill()));
    return this.#rest.subarray(0, size);
  }

  /** The next `size` bytes, fewer only at the end, without taking them. */
  async look(size: number): Promise<Buffer> {
    while (this.#rest.length < size && (await this.#fill()));
    return this.#rest.subarray(0, size);
  }

  /** The next `size` bytes, fewer only at the end. */
  async take(size: number): Promise<Buffer> {
    const bytes = await this.look(size);
    this.skip(bytes.length);
    return bytes;
  }

  /** Takes bytes that were looked at. */
  skip(size: number): void {
    this.#rest = this.#rest.subarray(size);
    this.offset += size;
  }

  /** Takes what is left, as it arrives. */
  async *rest(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = await this.peek(Number.POSITIVE_INFINITY);
      if (piece.length === 0) return;
      this.skip(piece.length);
      yield piece;
    }
  }

  /** Takes nothing more: whoever gives the bytes may let go of them. */
  async close(): Promise<void> {
    this.#hasEnded = true;
    await this.#source.return?.();
  }

  async #fill(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const { done, value } = await this.#source.next();
    if (done) {
      this.#hasEnded = true;
      return false;
    }
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    return true;
  }
}
