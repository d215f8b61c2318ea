import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Invite } from "#domain/mail-tokens";

import { Id, Moment } from "./fields";
import { MailAddress, RoleName } from "./users";

export const InviteBody = z
  .object({
    id: Id,
    email: z.string().openapi({ example: "ada@example.com" }),
    role: RoleName,
    invited_by: Id.nullable(),
    created_at: Moment,
    expires_at: Moment,
  })
  .openapi("Invite");

export const InvitePage = page(InviteBody, "InvitePage");

export const toInviteBody = (invite: Invite): z.infer<typeof InviteBody> => ({
  id: invite.id,
  email: invite.email,
  role: invite.role,
  invited_by: invite.invitedBy,
  created_at: invite.createdAt,
  expires_at: invite.expiresAt,
});

export const NewInviteBody = z
  .strictObject({ email: MailAddress, role: RoleName })
  .openapi("NewInvite");
