/** Where commands read and write: the process's own streams, or those of a test. */
import type { Writable } from "node:stream";

export interface Output {
  /** Writes all of it; resolves when it is on its way. Never rejects: a reader that went away makes `closed` true. */
  write(data: string | Uint8Array): Promise<void>;
  /** Whether nobody reads any more. Long work should end. */
  readonly closed: boolean;
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
  readonly isTerminal: boolean;
  readonly color: boolean;

  constructor(private readonly stream: Writable & { readonly isTTY?: boolean }) {
    this.isTerminal = stream.isTTY === true;
    this.color = this.isTerminal && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
    stream.on("error", () => {
      this.closed = true;
    });
  }

  write(data: string | Uint8Array): Promise<void> {
    if (this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.write(data, (error) => {
        if (error) this.closed = true;
        resolve();
      });
    });
  }
}
