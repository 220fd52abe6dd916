/** Runs command lines in this process, on a terminal that remembers. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../src/cli/main.js";
import type { Output, Terminal } from "../../src/cli/terminal.js";

export interface Run {
  readonly exit: number;
  readonly out: string;
  readonly bytes: Uint8Array;
  readonly err: string;
}

export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  /** How many writes until the reader of the output goes away. */
  readonly writesMax?: number;
  readonly isTerminal?: boolean;
}

export async function run(args: readonly string[], { stdin = "", ...rest }: Surroundings = {}): Promise<Run> {
  const out = new Recorder(rest.writesMax, rest.isTerminal);
  const err = new Recorder(undefined, rest.isTerminal);
  const terminal: Terminal = { stdin: inPieces(Buffer.from(stdin)), out, err };
  const exit = await main(args, terminal);
  return { exit, out: out.text, bytes: out.bytes, err: err.text };
}

/** Small pieces, so that lines and characters are torn. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

class Recorder implements Output {
  private readonly chunks: Uint8Array[] = [];
  readonly failure = null;
  readonly color: boolean;

  constructor(
    private readonly writesMax = Number.POSITIVE_INFINITY,
    readonly isTerminal = false,
  ) {
    this.color = isTerminal;
  }

  get closed(): boolean {
    return this.chunks.length >= this.writesMax;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return Buffer.from(this.bytes).toString("utf8");
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (!this.closed) this.chunks.push(Buffer.from(data));
  }
}

/** A fresh directory with files in it; returns the path of the directory. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "iamb-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** An account export with one user, who reads reports and never deletes. */
export const EXPORT = JSON.stringify({
  UserDetailList: [
    {
      Path: "/",
      UserName: "ana",
      UserId: "AIDAAAAAAAAAAAAAAAAAA",
      Arn: "arn:aws:iam::111111111111:user/ana",
      CreateDate: "2026-01-01T00:00:00+00:00",
      GroupList: [],
      AttachedManagedPolicies: [],
      UserPolicyList: [
        {
          PolicyName: "Reports",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              { Sid: "Read", Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::reports/*" },
              {
                Sid: "Home",
                Effect: "Allow",
                Action: "s3:PutObject",
                Resource: "arn:aws:s3:::reports/*",
                Condition: { StringEquals: { "aws:PrincipalTag/team": "a" } },
              },
              { Sid: "Never", Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" },
            ],
          },
        },
      ],
    },
  ],
  GroupDetailList: [],
  RoleDetailList: [],
  Policies: [],
});
