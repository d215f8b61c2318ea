import { SessionNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import type { Session } from "#domain/sessions";
import {
  deleteOtherSessions,
  deleteSession,
  selectOwnSession,
  selectOwnSessions,
} from "#repository/sessions";

import { ask, perform } from "./perform";

/** A session of one's own, and whether it is the one that asks. */
export interface OwnSession extends Session {
  readonly isCurrent: boolean;
}

/** A page of the caller's live sessions, newest first. */
export async function listSessions(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<OwnSession>> {
  const { actor, loaded } = await ask(context, caller, "me:manage", [
    selectOwnSessions(context.db, caller.credential?.hash ?? "", page),
  ]);
  const { items, next } = toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
  return {
    items: items.map((session) => ({ ...session, isCurrent: session.id === actor.sessionId })),
    next,
  };
}

/**
 * Ends one of the caller's sessions, which may be the one that asks.
 *
 * @throws {SessionNotFound} 40406
 */
export function endSession(context: Context, caller: Caller, id: string): Promise<null> {
  return perform(context, caller, {
    permission: "me:manage",
    load: (db) => [selectOwnSession(db, caller.credential?.hash ?? "", id)],
    decide: (_actor, [[session]]) => {
      if (!session) throw new SessionNotFound();
      return {
        result: null,
        statements: [deleteSession(context.db, id)],
        audit: [{ action: "session.delete", entity: "session", entityId: id, version: null }],
      };
    },
  });
}

/** Ends every session of the caller but the one that asks. */
export function endOtherSessions(context: Context, caller: Caller): Promise<null> {
  return perform(context, caller, {
    permission: "me:manage",
    load: () => [],
    decide: ({ userId, sessionId }) => ({
      result: null,
      statements: [deleteOtherSessions(context.db, userId, sessionId ?? userId)],
      audit: [{ action: "session.delete_others", entity: "user", entityId: userId, version: null }],
    }),
  });
}
