import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { SignedIn } from "#service/auth/sign-up";
import type { OwnSession } from "#service/sessions";

import { Id, Moment } from "./fields";
import { MailAddress, Name, toUserBody, UserBody } from "./users";

const encoder = new TextEncoder();

/** A password as somebody chooses it: kept as it is, spaces and all. */
export const NewPassword = z
  .string()
  .refine((text) => [...text].length >= 12, "At least 12 characters.")
  .refine((text) => [...text].length <= 128, "At most 128 characters.")
  .refine((text) => encoder.encode(text).byteLength <= 512, "At most 512 bytes.")
  .openapi({ minLength: 12, maxLength: 128, example: "seven quiet otters at noon" });

/** A password that is to be checked. */
export const Password = z
  .string()
  .min(1)
  .max(512)
  .openapi({ example: "seven quiet otters at noon" });

const MailToken = z.string().min(1).max(200);

export const SignUpBody = z
  .strictObject({
    name: Name,
    email: MailAddress,
    password: NewPassword,
    setup_token: z.string().min(1).max(500).optional().openapi({
      description: "For the first account: the operator's `SETUP_TOKEN`.",
    }),
    invite_token: MailToken.optional().openapi({
      description: "For every other account: from the invitation's mail, to this very address.",
    }),
  })
  .openapi("SignUp");

export const SignInBody = z
  .strictObject({ email: MailAddress, password: Password })
  .openapi("SignIn");

export const SignedInBody = z
  .object({
    user: UserBody,
    session: z.object({
      token: z.string().openapi({
        description: "For `Authorization: Bearer …`. Shown here and never again.",
        example: "ses_…",
      }),
      expires_at: Moment,
    }),
  })
  .openapi("SignedIn");

export const toSignedInBody = ({ user, session }: SignedIn): z.infer<typeof SignedInBody> => ({
  user: toUserBody(user),
  session: { token: session.token, expires_at: session.expiresAt },
});

export const PasswordResetBody = z.strictObject({ email: MailAddress }).openapi("PasswordReset");

export const AcceptedBody = z.object({ status: z.literal("accepted") }).openapi("Accepted");

export const ResetConfirmationBody = z
  .strictObject({ token: MailToken, password: NewPassword })
  .openapi("PasswordResetConfirmation");

export const PasswordChangeBody = z
  .strictObject({ current_password: Password, new_password: NewPassword })
  .openapi("PasswordChange");

export const SessionBody = z
  .object({
    id: Id,
    current: z.boolean().openapi({ description: "Whether it is the one that asks." }),
    created_at: Moment,
    seen_at: Moment.openapi({ description: "When it was last used, to ten minutes." }),
    expires_at: Moment,
    user_agent: z.string().nullable(),
    network: z.string().nullable(),
  })
  .openapi("Session");

export const SessionPage = page(SessionBody, "SessionPage");

export const toSessionBody = (session: OwnSession): z.infer<typeof SessionBody> => ({
  id: session.id,
  current: session.isCurrent,
  created_at: session.createdAt,
  seen_at: session.seenAt,
  expires_at: session.expiresAt,
  user_agent: session.userAgent,
  network: session.network,
});
