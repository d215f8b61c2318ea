import { Contended, SuppressionNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import {
  happened,
  memberEvent,
  type Subscriber,
  suppressSubscriber,
  unsuppressSubscriber,
} from "#domain/subscribers";
import {
  addressHashOf,
  type Suppression,
  type SuppressionReason,
  suppressionReasons,
} from "#domain/suppressions";
import { abortReasonOf } from "#repository/guards";
import {
  insertSubscriberEvents,
  selectSubscriberByEmail,
  updateSubscriber,
} from "#repository/subscribers";
import {
  deleteSuppression,
  requireNobodyActive,
  selectSuppression,
  selectSuppressions,
  STILL_ACTIVE,
  takeTurnsOnSuppressions,
  upsertSuppression,
} from "#repository/suppressions";

import { ask, type AuditNote, type Decision, perform } from "./perform";

/** A page of suppressions, newest first; with an address, whether that one is among them. */
export async function listSuppressions(
  context: Context,
  caller: Caller,
  email: string | null,
  page: PageRequest,
): Promise<Page<Suppression>> {
  const { db, settings } = context;
  const hash = email === null ? null : await addressHashOf(settings.APP_SECRET, email);
  const { loaded } = await ask(context, caller, "subscribers:read", [
    selectSuppressions(db, hash, page),
  ]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}

const ATTEMPTS = 5;

/**
 * Suppresses an address, whether or not a subscriber has it: none gets mail there from now on. One that is
 * suppressed already stays so, for the stronger of the reasons.
 *
 * @throws {Contended} 40900
 */
export async function suppressAddress(
  context: Context,
  caller: Caller,
  { email, reason }: { email: string; reason: SuppressionReason },
): Promise<Suppression> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      return await suppress(context, caller, { email, reason });
    } catch (error) {
      if (abortReasonOf(error) !== STILL_ACTIVE) throw error;
    }
  }
  throw new Contended();
}

async function suppress(
  context: Context,
  caller: Caller,
  { email, reason }: { email: string; reason: SuppressionReason },
): Promise<Suppression> {
  const { db, settings } = context;
  const addressHash = await addressHashOf(settings.APP_SECRET, email);
  const nobodyActive = requireNobodyActive(db, email);
  return perform(context, caller, {
    permission: "subscribers:write",
    load: () => [selectSuppression(db, addressHash), selectSubscriberByEmail(db, email)],
    decide: (actor, [[known], [subscriber]]) => {
      const fresh = { id: newId(), createdAt: now(), addressHash, reason };
      const isStronger = !known || strengthOf(reason) > strengthOf(known.reason);
      const row = known ? { ...known, reason: isStronger ? reason : known.reason } : fresh;
      const decision = {
        result: row,
        statements: [takeTurnsOnSuppressions(db), upsertSuppression(db, row)],
        audit: [noted("suppression.create", row.id, reason)],
      };
      if (!subscriber || subscriber.status === "suppressed") {
        return { ...decision, statements: [...decision.statements, nobodyActive] };
      }
      const because = { kind: "suppressed", by: actor.userId, reason } as const;
      return withSubscriber(context, decision, suppressSubscriber(subscriber), because);
    },
  });
}

const noted = (action: string, entityId: string, reason: SuppressionReason): AuditNote => ({
  action,
  entity: "suppression",
  entityId,
  version: null,
  changes: { reason },
});

const strengthOf = (reason: SuppressionReason): number => suppressionReasons.indexOf(reason);

/**
 * Lets an address get mail again, on somebody's word; whoever has it gets what they got before, unless they
 * have left themselves.
 *
 * @throws {SuppressionNotFound} 40422
 */
export async function liftSuppression(
  context: Context,
  caller: Caller,
  email: string,
): Promise<null> {
  const { db, settings } = context;
  const addressHash = await addressHashOf(settings.APP_SECRET, email);
  return perform(context, caller, {
    permission: "subscribers:write",
    load: () => [selectSuppression(db, addressHash), selectSubscriberByEmail(db, email)],
    decide: (actor, [[known], [subscriber]]) => {
      if (!known) throw new SuppressionNotFound();
      const { id, reason } = known;
      const decision = {
        result: null,
        statements: [
          takeTurnsOnSuppressions(db),
          deleteSuppression(db, addressHash, suppressionReasons),
        ],
        audit: [noted("suppression.lift", id, reason)],
      };
      if (subscriber?.status !== "suppressed") return decision;
      const because = { kind: "unsuppressed", by: actor.userId, reason } as const;
      return withSubscriber(context, decision, unsuppressSubscriber(subscriber), because);
    },
  });
}

interface Because {
  readonly kind: "suppressed" | "unsuppressed";
  readonly by: string;
  readonly reason: SuppressionReason;
}

/** A decision about an address, with what it makes of the subscriber who has it. */
function withSubscriber<Result>(
  { db }: Context,
  decision: Decision<Result>,
  next: Subscriber,
  { kind, ...details }: Because,
): Decision<Result> {
  const { id: entityId, version } = next;
  const note = { action: `subscriber.${kind}`, entity: "subscriber", entityId, version };
  return {
    ...decision,
    statements: [
      ...decision.statements,
      updateSubscriber(db, next),
      insertSubscriberEvents(db, [happened(next.id, kind, details)]),
    ],
    audit: [...decision.audit, note],
    events: [memberEvent("member.updated", next)],
  };
}
