import { Webhook } from "standardwebhooks";

import { SignatureInvalid } from "#api/exceptions";
import type { Context } from "#core/context";
import { duplicateOf, sendTogether, type Statement } from "#core/db";
import { newId, now } from "#core/ids";
import {
  type MailReport,
  readResendReport,
  type ResendReport,
  SOFT_BOUNCES,
  softBouncesIn,
} from "#domain/mail-events";
import { happened, memberEvent, type Subscriber, suppressSubscriber } from "#domain/subscribers";
import { addressHashOf, type SuppressionReason } from "#domain/suppressions";
import { insertMailEvent, selectMailEventsOf } from "#repository/mail-events";
import { pauseWhenComplainedOf } from "#repository/sends/batches";
import {
  insertSubscriberEvents,
  selectSubscriberByEmail,
  setSoftBounces,
  updateSubscriber,
} from "#repository/subscribers";
import {
  requireNobodyActive,
  takeTurnsOnSuppressions,
  upsertSuppression,
} from "#repository/suppressions";

import { amend, making } from "./subscribers/amend";

/** What a signed report comes with: Svix's names, or those of Standard Webhooks. */
export interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  /** To the byte as it came. */
  readonly text: string;
}

const DAY_MILLISECONDS = 24 * 3600 * 1000;

/**
 * Hears what Resend tells of a mail. Whose address does not exist, or who complained, gets none any more,
 * at once; an address that is full for the time being, after five in a row. A report that came before
 * changes nothing, nor does the order in which they come. A send of which many complain stops.
 *
 * @param report what the signed text says.
 * @throws {SignatureInvalid} 40103 when it is not signed with our secret, or more than five minutes old.
 * @see https://www.standardwebhooks.com
 */
export async function hearResend(
  context: Context,
  signed: Signed,
  report: ResendReport,
): Promise<void> {
  requireSignature(context.settings.RESEND_WEBHOOK_SECRET, signed);
  const heard = readResendReport(report, now());
  if (heard) await hear(context, { provider: "resend", eventId: signed.id }, heard);
}

/** @throws {SignatureInvalid} 40103 */
function requireSignature(
  secret: string | undefined,
  { id, timestamp, signature, text }: Signed,
): void {
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  };
  try {
    // Without a secret nobody can have signed anything.
    new Webhook(secret ?? "").verify(text, headers, { jsonParse: false });
  } catch {
    throw new SignatureInvalid();
  }
}

const reasons = {
  hard_bounce: "hard_bounce",
  complaint: "complaint",
} as const satisfies Partial<Record<MailReport["kind"], SuppressionReason>>;

async function hear(
  context: Context,
  key: { provider: string; eventId: string },
  { kind, email, at }: MailReport,
): Promise<void> {
  const { db, settings } = context;
  const addressHash = await addressHashOf(settings.APP_SECRET, email);
  const row = { ...key, id: newId(), createdAt: at, kind, addressHash };
  const note = insertMailEvent(db, row);
  // Longer ago than mails bounce in a row.
  const since = new Date(Date.now() - 90 * DAY_MILLISECONDS).toISOString();
  const look = async () => {
    const [[subscriber], reports] = await db.batch([
      selectSubscriberByEmail(db, email),
      selectMailEventsOf(db, addressHash, {
        kinds: ["delivered", "soft_bounce"],
        since,
        limit: 50,
      }),
    ]);
    return { subscriber, reports };
  };
  try {
    await amend(context, look, async ({ subscriber, reports }) => {
      const all = [...reports, row].toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
      const bounces = softBouncesIn(all);
      const reason =
        kind === "hard_bounce" || kind === "complaint"
          ? reasons[kind]
          : kind === "soft_bounce" && bounces >= SOFT_BOUNCES
            ? "hard_bounce"
            : null;
      if (reason === null) {
        const counting = subscriber ? [setSoftBounces(db, subscriber.id, bounces)] : [];
        await sendTogether(db, [note, ...counting]);
        return null;
      }
      const suppression = { id: newId(), createdAt: now(), addressHash, reason };
      const statements = [takeTurnsOnSuppressions(db), note, upsertSuppression(db, suppression)];
      if (subscriber && subscriber.status !== "suppressed") {
        const counted = { ...subscriber, softBounces: bounces };
        return suppressing(context, counted, { statements, kind, reason });
      }
      await sendTogether(db, [...statements, requireNobodyActive(db, email)]);
      return null;
    });
  } catch (error) {
    // The same report, again.
    if (duplicateOf(error) !== "mail_events_key") throw error;
  }
}

function suppressing(
  { db }: Context,
  subscriber: Subscriber,
  { statements, ...details }: { statements: readonly Statement[]; kind: string; reason: string },
) {
  const next = suppressSubscriber(subscriber);
  return {
    ...making("subscriber.suppressed", next),
    statements: [
      ...statements,
      updateSubscriber(db, next),
      insertSubscriberEvents(db, [happened(next.id, "suppressed", details)]),
      ...(details.kind === "complaint" ? [pauseWhenComplainedOf(db, next.id)] : []),
    ],
    events: [memberEvent("member.updated", next)],
  };
}
