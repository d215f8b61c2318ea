import { ReferenceUnknown } from "#api/exceptions";
import type { Context } from "#core/context";
import { sendTogether, type Statement } from "#core/db";
import { type NewJob, newJob } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import type { Caller } from "#domain/actors";
import {
  consent,
  evidenceOf,
  type NewsletterLabel,
  pendingSubscriber,
  type Reply,
  replyTo,
  type Subscriber,
} from "#domain/subscribers";
import { addressHashOf, isLiftedByOwner } from "#domain/suppressions";
import { mailConfirmationKind, mailSubscribedKind } from "#domain/task-kinds";
import { throttles } from "#domain/throttles";
import { insertJob } from "#repository/jobs";
import { openConfirmation, selectSubscriberByEmail } from "#repository/subscribers";
import { selectNewslettersNamed } from "#repository/subscriptions";
import { selectSuppression } from "#repository/suppressions";
import { abortIfExceeded, countAgainst, refuseExcess, unlessExceeded } from "#service/throttles";

export interface SignUp {
  /** As `normaliseAddress` gives it. */
  readonly email: string;
  readonly name: string | null;
  /** Slugs or ids; null for those that everybody gets. */
  readonly newsletters: readonly string[] | null;
}

/**
 * Signs an address up, if its owner says so: by a link in a mail that goes to it. Says nothing about who
 * is subscribed: whoever asks is answered the same, after as many round trips. An address gets at most a
 * mail in ten minutes and three a day, however often it is named.
 *
 * @throws {ReferenceUnknown} 42204 for a newsletter that there is not.
 * @throws {TooManyAttempts} 42900 for a network that signs up too many, or all of them together.
 */
export async function signUpForMail(context: Context, caller: Caller, wish: SignUp): Promise<void> {
  const { db, settings, requestId } = context;
  const { subscribeFromNetwork, subscribeAnywhere, mailToAddress, mailToAddressInDay } = throttles;
  const hash = await addressHashOf(settings.APP_SECRET, wish.email);
  const network = [subscribeFromNetwork, caller.network] as const;
  const anywhere = [subscribeAnywhere, "all"] as const;
  const soon = [mailToAddress, hash] as const;
  const inDay = [mailToAddressInDay, hash] as const;
  const [ofNetwork, ofAll, [subscriber], [suppression], newsletters] = await db.batch([
    countAgainst(db, ...network),
    countAgainst(db, ...anywhere, [network]),
    selectSubscriberByEmail(db, wish.email),
    selectSuppression(db, hash),
    selectNewslettersNamed(db, wish.newsletters),
  ]);
  refuseExcess([subscribeFromNetwork, ofNetwork], [subscribeAnywhere, ofAll]);
  refuseUnknown(wish.newsletters, newsletters);
  const mayLift = !suppression || isLiftedByOwner(suppression.reason);
  const evidence = await evidenceOf(settings.APP_SECRET, caller, requestId);
  const details = { ...wishOf(wish, newsletters), ...evidence, consent, source: "form" };
  const reply = replyTo(subscriber, mayLift);
  const { statements, jobs } = answerTo(context, reply, { subscriber, wish, details });
  // Counted with the mail or not at all: whoever asks again after a lost answer must still get one.
  const counts = [countAgainst(db, ...soon), countAgainst(db, ...inDay)];
  await unlessExceeded(() =>
    sendTogether(db, [...counts, abortIfExceeded(db, [soon, inDay]), ...statements]),
  );
  context.later(ring(context, jobs));
}

/** @throws {ReferenceUnknown} 42204 when some that were named are not among those found. */
export function refuseUnknown(
  named: readonly string[] | null,
  found: readonly NewsletterLabel[],
): void {
  const known = new Set(found.flatMap(({ id, slug }) => [id, slug]));
  if (named?.some((name) => !known.has(name))) throw new ReferenceUnknown("newsletters");
}

/** What somebody asked for, as it is kept until they confirm. */
export const wishOf = (
  { name }: Pick<SignUp, "name">,
  newsletters: readonly NewsletterLabel[],
): Record<string, unknown> => ({ name, newsletters: newsletters.map(({ id }) => id) });

interface Question {
  readonly subscriber: Subscriber | undefined;
  readonly wish: SignUp;
  readonly details: Record<string, unknown>;
}

function answerTo(
  { db, requestId }: Context,
  reply: Reply,
  { subscriber, wish, details }: Question,
): { statements: readonly Statement[]; jobs: readonly NewJob[] } {
  if (reply === "confirm") {
    const { email, name } = wish;
    const pending = pendingSubscriber({ email, name, source: "form" });
    const { confirmationId } = pending;
    const job = newJob(mailConfirmationKind, { confirmationId }, { requestId });
    const asking = openConfirmation(db, { subscriber: pending, details });
    return { statements: [...asking, insertJob(db, job)], jobs: [job] };
  }
  // Whoever gets no answer costs a round trip as well: else the time would tell.
  const nothing = selectSubscriberByEmail(db, wish.email);
  if (reply === "none" || !subscriber) return { statements: [nothing], jobs: [] };
  const job = newJob(mailSubscribedKind, { subscriberId: subscriber.id }, { requestId });
  return { statements: [nothing, insertJob(db, job)], jobs: [job] };
}
