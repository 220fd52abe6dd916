/** What every command's exit code says. */
export const Exit = {
  /** Done; for a decision: allowed. */
  Ok: 0,
  /** The policies say no: a denial, a finding. */
  No: 1,
  /** The command line or an input cannot be used; nothing was decided. */
  Invalid: 2,
  /** A policy test failed. */
  TestFailed: 3,
  /** The answer hangs on what is not known. */
  Indeterminate: 4,
  /** A defect of iamb. */
  Internal: 70,
  /** Whoever read our output went away before the end, as shells report it (128 + SIGPIPE). */
  OutputClosed: 141,
} as const;

export type Exit = (typeof Exit)[keyof typeof Exit];

/** The end of every command's help. */
export const EXIT_HELP = `
Exit codes:
  0   done; for a decision: allowed
  1   the policies say no: denied, a finding, or a flip that was asked for
  2   the command line or an input cannot be used
  3   a policy test failed
  4   the answer hangs on what is not known
  70  a defect of iamb`;
