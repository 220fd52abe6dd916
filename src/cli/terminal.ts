/** Where commands read and write: the process's own streams, or those of a test. */
import type { Writable } from "node:stream";

export interface Output {
  /** Writes all of it; resolves when it is on its way. Never rejects: what goes wrong makes `closed` true. */
  write(data: string | Uint8Array): Promise<void>;
  /** Whether nothing can be written any more. Long work should end. */
  readonly closed: boolean;
  /** The system's code for what went wrong, except that a reader went away, which is its right; null: nothing. */
  readonly failure: string | null;
  readonly isTerminal: boolean;
  readonly color: boolean;
}

export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Results. */
  readonly out: Output;
  /** Diagnostics, and progress if it is a terminal. */
  readonly err: Output;
}

export function processTerminal(): Terminal {
  return { stdin: process.stdin, out: new StreamOutput(process.stdout), err: new StreamOutput(process.stderr) };
}

class StreamOutput implements Output {
  closed = false;
  failure: string | null = null;
  readonly isTerminal: boolean;
  readonly color: boolean;

  constructor(private readonly stream: Writable & { readonly isTTY?: boolean }) {
    this.isTerminal = stream.isTTY === true;
    this.color = this.isTerminal && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
    stream.on("error", (error) => this.close(error));
  }

  write(data: string | Uint8Array): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.write(data, (error) => {
        if (error) this.close(error);
        resolve();
      });
    });
  }

  private close(error: NodeJS.ErrnoException): void {
    this.closed = true;
    if (error.code !== "EPIPE") this.failure = error.code ?? error.message;
  }
}
