import { EmailTaken, InviteNotFound, InviteOpen, RoleTooHigh } from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller, Role } from "#domain/actors";
import { type Invite, newMailToken } from "#domain/mail-tokens";
import { mailInviteKind } from "#domain/task-kinds";
import { mayGive } from "#domain/users";
import {
  deleteExpiredInvites,
  deleteInvite as deleteInviteRow,
  insertMailToken,
  selectInvite,
  selectInviteByEmail,
  selectInvites,
} from "#repository/mail-tokens";
import { selectUserWithEmail } from "#repository/users";

import { ask, perform } from "./perform";

/**
 * Asks somebody to join, by a mail that a task sends.
 *
 * @param email in lower case.
 * @throws {RoleTooHigh} 42206, {@link EmailTaken} 40905, {@link InviteOpen} 40910
 */
export function createInvite(
  context: Context,
  caller: Caller,
  { email, role }: { email: string; role: Role },
): Promise<Invite> {
  const { db, settings, requestId } = context;
  return perform(context, caller, {
    permission: "invites:manage",
    load: () => [selectUserWithEmail(db, email), selectInviteByEmail(db, email)],
    decide: async (actor, [users, invites]) => {
      if (!mayGive(actor.role, role)) throw new RoleTooHigh();
      if (users.length > 0) throw new EmailTaken();
      if (invites.length > 0) throw new InviteOpen();
      const holder = { purpose: "invite", email, role, invitedBy: actor.userId } as const;
      const token = await newMailToken(settings.APP_SECRET, holder);
      const { id, expiresAt, invitedBy } = token;
      const createdAt = now();
      return {
        result: { id, email, role, invitedBy, createdAt, expiresAt },
        statements: [deleteExpiredInvites(db, email), insertMailToken(db, { ...token, createdAt })],
        jobs: [newJob(mailInviteKind, { tokenId: id }, { requestId, createdBy: actor.userId })],
        audit: [
          {
            action: "invite.create",
            entity: "invite",
            entityId: id,
            version: null,
            changes: { role },
          },
        ],
      };
    },
  });
}

/** A page of the open invitations, newest first. */
export async function listInvites(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<Invite>> {
  const { loaded } = await ask(context, caller, "invites:manage", [
    selectInvites(context.db, page),
  ]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {InviteNotFound} 40407 */
export async function readInvite(context: Context, caller: Caller, id: string): Promise<Invite> {
  const { loaded } = await ask(context, caller, "invites:manage", [selectInvite(context.db, id)]);
  const [invite] = loaded[0];
  if (!invite) throw new InviteNotFound();
  return invite;
}

/** Takes an invitation back. @throws {InviteNotFound} 40407 */
export function deleteInvite(context: Context, caller: Caller, id: string): Promise<null> {
  return perform(context, caller, {
    permission: "invites:manage",
    load: (db) => [selectInvite(db, id)],
    decide: (_actor, [[invite]]) => {
      if (!invite) throw new InviteNotFound();
      return {
        result: null,
        statements: [deleteInviteRow(context.db, id)],
        audit: [{ action: "invite.delete", entity: "invite", entityId: id, version: null }],
      };
    },
  });
}
