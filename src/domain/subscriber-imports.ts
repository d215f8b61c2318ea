import { newId } from "#core/ids";
import type {
  ImportedSubscriber,
  LineFailure,
  SubscriberImportRecord,
} from "#repository/subscriber-imports";

import { type WorkState, workStateOf } from "./job-states";
import {
  type Column,
  type ImportTerms,
  readSubscriber,
  type ReadSubscriber,
} from "./subscriber-csv";

/** A list of subscribers that is taken in, with how that stands. */
export type SubscriberImport = SubscriberImportRecord & WorkState;

export const toSubscriberImport = (record: SubscriberImportRecord): SubscriberImport => ({
  ...record,
  ...workStateOf(record),
});

type Ordered = Pick<
  SubscriberImportRecord,
  | "id"
  | "createdAt"
  | "jobId"
  | "createdBy"
  | "objectKey"
  | "size"
  | "attestation"
  | "newsletterIds"
  | "labels"
>;

/** One that was ordered just now. */
export const newSubscriberImport = (row: Ordered): SubscriberImport =>
  toSubscriberImport({
    ...row,
    createdCount: 0,
    updatedCount: 0,
    unchangedCount: 0,
    skippedCount: 0,
    failedCount: 0,
    failures: [],
    state: "ready",
    doneCount: 0,
    totalCount: null,
    errorCode: null,
    lastError: null,
    finishedAt: null,
  });

/** Lines of a list, read. */
export interface PreparedLines {
  readonly subscribers: readonly Omit<ImportedSubscriber, "address_hash">[];
  readonly failures: readonly LineFailure[];
  /** Lines that say themselves that no mail is wanted. */
  readonly skipped: number;
}

const BROKEN: Omit<LineFailure, "line"> = {
  code: "quotes_broken",
  reason: "A quote is not closed, or not doubled inside another pair.",
};

/**
 * Prepares records for one statement: an address that comes several times comes once, with what its lines
 * say together, as if they had been taken in one after another.
 */
export function prepareLines(
  records: readonly { readonly cells: readonly string[]; readonly line: number }[],
  columns: readonly (Column | null)[],
  terms: ImportTerms,
): PreparedLines {
  const failures: LineFailure[] = [];
  const found = new Map<string, Omit<ImportedSubscriber, "address_hash">>();
  let skipped = 0;
  for (const { cells, line } of records) {
    if (cells.length === 0) {
      failures.push({ line, ...BROKEN });
      continue;
    }
    const read = readSubscriber(cells, columns, terms);
    if (read.kind === "unwilling") skipped += 1;
    else if (read.kind === "failed") failures.push({ line, code: read.code, reason: read.reason });
    else {
      const { email } = read.subscriber;
      const before = found.get(email);
      found.set(email, before ? merged(before, read.subscriber) : first(read.subscriber));
    }
  }
  return { subscribers: [...found.values()], failures, skipped };
}

const first = (subscriber: ReadSubscriber): Omit<ImportedSubscriber, "address_hash"> => ({
  ...subscriber,
  id: newId(),
  lines: 1,
  again_updated: 0,
});

function merged(
  before: Omit<ImportedSubscriber, "address_hash">,
  { name, labels, newsletters, created_at }: ReadSubscriber,
): Omit<ImportedSubscriber, "address_hash"> {
  const next = {
    name: name ?? before.name,
    labels: [...new Set([...before.labels, ...labels])],
    newsletters: [...new Set([...before.newsletters, ...newsletters])],
  };
  const isMore =
    next.name !== before.name ||
    next.labels.length > before.labels.length ||
    next.newsletters.length > before.newsletters.length;
  return {
    ...before,
    ...next,
    created_at: before.created_at ?? created_at,
    lines: before.lines + 1,
    again_updated: before.again_updated + (isMore ? 1 : 0),
  };
}
