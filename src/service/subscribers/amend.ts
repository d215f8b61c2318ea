import { Contended } from "#api/exceptions";
import type { Context } from "#core/context";
import { duplicateOf, type Statement, sendTogether } from "#core/db";
import { newJob } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import type { NewEvent } from "#domain/events";
import type { Subscriber } from "#domain/subscribers";
import { announceEventKind } from "#domain/task-kinds";
import { insertAuditEntries } from "#repository/audit";
import { insertEvent } from "#repository/events";
import { abortReasonOf } from "#repository/guards";
import { insertJob } from "#repository/jobs";
import { ADDRESS_SUPPRESSED, STILL_ACTIVE } from "#repository/suppressions";

/** What becomes of a subscriber through no account of ours: by a link in a mail, or by a provider's report. */
export interface Amendment {
  /** For the audit. */
  readonly action: string;
  readonly subscriberId: string;
  /** The version that this makes; null when it makes none. */
  readonly version: number | null;
  readonly statements: readonly Statement[];
  readonly events?: readonly NewEvent[];
}

const ATTEMPTS = 5;

/** What batches abort with when it is not any more as it looked. */
const outdated: ReadonlySet<string> = new Set([ADDRESS_SUPPRESSED, STILL_ACTIVE]);

/**
 * Looks, decides and saves, in two round trips. When somebody else was faster, it looks again: the audit's
 * fence tells, as for whoever is signed in.
 *
 * @param decide null when there is nothing to save, or it has saved all there is by itself.
 * @returns what was found in the end, before the change.
 * @throws {Contended} 40900 when others were faster again and again.
 */
export async function amend<Found>(
  context: Context,
  look: () => Promise<Found>,
  decide: (found: Found) => Amendment | null | Promise<Amendment | null>,
): Promise<Found> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found = await look();
    try {
      const amendment = await decide(found);
      if (amendment) await save(context, amendment);
      return found;
    } catch (error) {
      const wasFaster = duplicateOf(error) === "audit_entries_version_key";
      if (!wasFaster && !outdated.has(abortReasonOf(error) ?? "")) throw error;
    }
  }
  throw new Contended();
}

async function save(context: Context, amendment: Amendment): Promise<void> {
  const { db, requestId } = context;
  const { action, subscriberId: entityId, version, statements, events = [] } = amendment;
  const jobs = events.map(({ id }) => newJob(announceEventKind, { eventId: id }, { requestId }));
  await sendTogether(db, [
    ...jobs.map((job) => insertJob(db, job)),
    ...statements,
    ...events.map((event) => insertEvent(db, event)),
    insertAuditEntries(db, [{ action, entity: "subscriber", entityId, version, requestId }]),
  ]);
  if (jobs.length > 0) context.later(ring(context, jobs));
}

/** The part of an amendment that follows from the subscriber it makes. */
export const making = (action: string, { id, version }: Subscriber) => ({
  action,
  subscriberId: id,
  version,
});
