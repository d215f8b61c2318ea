import { createHash } from "node:crypto";

/** Something that arrived somewhere: it happened, whatever the sender knows of it. */
export interface Entry {
  /** What makes it the same thing when it comes again. */
  readonly key: string | null;
  readonly digest: string;
  readonly at: number;
}

export const digestOf = (bytes: Buffer | string): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 32);
