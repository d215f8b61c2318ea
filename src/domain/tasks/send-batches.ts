/** One batch of a send, from its claim to what is written down about it. */
import type { TaskContext } from "#core/context";
import { type Database, sendTogether, type Statement } from "#core/db";
import { insist } from "#core/retries";
import type { Fate, MailProvider, OutgoingMail } from "#domain/work/mail-provider";
import type { Reader } from "#domain/work/newsletter/mails";
import {
  allSent,
  allUncertain,
  judge,
  KEY_SECONDS,
  notNow,
  type Verdict,
} from "#domain/work/newsletter/outcomes";
import { pauseSend } from "#repository/sends";
import {
  claimBatch,
  type ClaimRow,
  markBatch,
  pauseWhenFailing,
  renewTry,
  type SealedRecipient,
} from "#repository/sends/batches";

/** For how long a claim keeps others away: longer than a provider and the database may take together. */
export const LEASE_SECONDS = 60;

/** What a part of a send works with. */
export interface Desk {
  readonly context: TaskContext;
  readonly sendId: string;
  readonly provider: MailProvider;
  readonly make: (reader: Reader) => Promise<OutgoingMail>;
}

/** A batch in hand. */
interface Claim extends ClaimRow {
  readonly number: number;
  readonly token: string;
  /** When it was asked for, by this worker's clock in milliseconds. */
  readonly askedAt: number;
}

/** A batch that was tried, with what is to be written down. */
export interface Tried {
  readonly number: number;
  readonly token: string;
  readonly verdict: Verdict;
}

/**
 * Writes down what became of the last batch and takes the next, in one round trip. Both can be sent twice:
 * the claim's token is made here, and what was marked is not marked again.
 *
 * @param tried null before the first.
 */
export async function markAndClaim(
  { context, sendId }: Desk,
  tried: Tried | null,
): Promise<ClaimRow & Pick<Claim, "token" | "askedAt">> {
  const { db } = context;
  const token = crypto.randomUUID();
  const askedAt = Date.now();
  const answers = await insist(() =>
    sendTogether(db, [
      ...(tried ? marksOf(db, sendId, tried) : []),
      claimBatch(db, { sendId, token, leaseSeconds: LEASE_SECONDS }),
    ]),
  );
  const [row] = (answers.at(-1) as { readonly rows: readonly ClaimRow[] }).rows;
  if (!row) throw new Error("A claim has no answer.");
  return { ...row, token, askedAt };
}

/** Writes down what became of a batch. */
export async function markAlone({ context, sendId }: Desk, tried: Tried): Promise<void> {
  await insist(() => sendTogether(context.db, marksOf(context.db, sendId, tried)));
}

function marksOf(db: Database, sendId: string, { number, token, verdict }: Tried): Statement[] {
  const { pauseReason, ...outcome } = verdict;
  return [
    markBatch(db, { ...outcome, sendId, number, token }),
    ...(verdict.state === "failed" ? [pauseWhenFailing(db, sendId)] : []),
    ...(pauseReason === null ? [] : [pauseSend(db, sendId, pauseReason)]),
  ];
}

/** Hands a claimed batch over, unless what was tried before forbids it. */
export async function tryBatch(desk: Desk, claim: Claim): Promise<Tried> {
  const { number, token } = claim;
  return { number, token, verdict: await verdictOn(desk, claim) };
}

async function verdictOn(desk: Desk, claim: Claim): Promise<Verdict> {
  const { recipients, doubtfulSeconds } = claim;
  if (recipients.length === 0) return allSent;
  if (recipients.some(({ email }) => email === null)) {
    throw new Error("A batch was read before it was sealed.");
  }
  if (doubtfulSeconds === null) return handOver(desk, claim, recipients, new Map());
  switch (desk.provider.safety) {
    case "none":
      return allUncertain("worker_lost");
    case "key":
      if (doubtfulSeconds > KEY_SECONDS) return allUncertain("key_expired");
      return handOver(desk, claim, recipients, new Map());
    case "search":
      return search(desk, claim, doubtfulSeconds);
  }
}

/** Looks which mails arrived, when they have had time to, and hands over only the others. */
async function search(desk: Desk, claim: Claim, doubtfulSeconds: number): Promise<Verdict> {
  const { context, provider, sendId } = desk;
  const settleSeconds = context.settings.MAIL_SETTLE_SECONDS;
  if (doubtfulSeconds < settleSeconds) return notNow(settleSeconds - doubtfulSeconds, false);
  const found = await provider.find?.(keyOf(desk, claim)).catch(() => undefined);
  if (!found) return notNow(settleSeconds, false);
  const isFound = ({ email }: SealedRecipient): boolean => found.has(email);
  const fates = new Map(
    claim.recipients.filter(isFound).map(({ id }): [string, Fate] => [id, { kind: "sent" }]),
  );
  const missing = claim.recipients.filter((recipient) => !isFound(recipient));
  if (missing.length === 0) return allSent;
  const renewal = { sendId, token: claim.token, leaseSeconds: LEASE_SECONDS };
  const { rows } = await renewTry(context.db, renewal, claim.number);
  // Somebody else has it. What is said here is not saved.
  if (rows.length === 0) return notNow(1, false);
  return handOver(desk, { ...claim, askedAt: Date.now() }, missing, fates);
}

async function handOver(
  desk: Desk,
  claim: Claim,
  recipients: readonly SealedRecipient[],
  known: ReadonlyMap<string, Fate>,
): Promise<Verdict> {
  const { context, provider, make } = desk;
  const isFirst = claim.doubtfulSeconds === null;
  const mails = await Promise.all(recipients.map(make));
  // A worker that slept must not wake up to send what another has sent meanwhile.
  if (Date.now() - claim.askedAt > (LEASE_SECONDS * 1000) / 2) return notNow(1, isFirst);
  const fates = await provider.send(mails, keyOf(desk, claim)).catch((error: unknown) => {
    context.log.warn("send.no_answer", { provider: provider.name, batch: claim.number, error });
    return mails.map((): Fate => ({ kind: "unknown" }));
  });
  const all = new Map(known);
  for (const [index, { id }] of recipients.entries()) {
    all.set(id, fates[index] ?? { kind: "unknown" });
  }
  const { safety } = provider;
  const settleSeconds = context.settings.MAIL_SETTLE_SECONDS;
  return judge(all, { safety, isFirst, claims: claim.claims, settleSeconds });
}

/** The same for the same batch, whoever sends it and however often. */
const keyOf = ({ sendId }: Desk, { number }: Claim): string => `nl:${sendId}:${number}`;
