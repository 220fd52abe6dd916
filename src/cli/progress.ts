/** A line on a terminal that says how far the work is. Nothing is written where nobody watches. */
import type { Output } from "./terminal.js";

const INTERVAL_MILLISECONDS = 100;

export class Progress {
  private shownAt = 0;
  private visible = false;

  constructor(private readonly output: Output) {}

  /** Shows a text, unless another was shown a moment ago. */
  async show(text: string): Promise<void> {
    const now = Date.now();
    if (!this.output.isTerminal || now - this.shownAt < INTERVAL_MILLISECONDS) return;
    this.shownAt = now;
    this.visible = true;
    await this.output.write(`\r${text}\u001b[K`);
  }

  /** Takes the line away. */
  async clear(): Promise<void> {
    if (!this.visible) return;
    this.visible = false;
    await this.output.write("\r\u001b[K");
  }
}
