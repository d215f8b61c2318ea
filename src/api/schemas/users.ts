import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { User } from "#domain/users";

import { given, Id, Moment, SlugInput, Text, WebAddress } from "./fields";
import { PictureBody, toPictureBody } from "./media";

export const RoleName = z
  .enum(["owner", "admin", "editor", "author", "contributor"])
  .openapi("Role", { example: "editor" });

const Status = z.enum(["active", "suspended"]);

/** A name: one line, because it goes into mails and bylines. */
export const Name = Text(100)
  .refine((name) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name), "A name has no control characters.")
  .openapi({ example: "Ada Lovelace" });

/** An address that a mail can go to, in lower case: the part before the @ without quotes or comments. */
export const MailAddress = z.email().max(254).toLowerCase().openapi({ example: "ada@example.com" });

export const UserBody = z
  .object({
    id: Id,
    name: z.string().openapi({ example: "Ada Lovelace" }),
    slug: z.string().openapi({ example: "ada-lovelace" }),
    email: z
      .string()
      .nullable()
      .openapi({ description: "For those who manage people, and for oneself; else null." }),
    role: RoleName,
    status: Status,
    bio: z.string().nullable(),
    website: z.string().nullable(),
    avatar_url: z.string().nullable(),
    avatar: z
      .union([PictureBody, z.null()])
      .openapi({ description: "What is known of `avatar_url`, when it is a picture of ours." }),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("User");

export const UserPage = page(UserBody, "UserPage");

export const toUserBody = (user: User): z.infer<typeof UserBody> => ({
  id: user.id,
  name: user.name,
  slug: user.slug,
  email: user.email,
  role: user.role,
  status: user.status,
  bio: user.bio,
  website: user.website,
  avatar_url: user.avatarUrl,
  avatar: user.avatar && toPictureBody(user.avatar, user.avatarUrl),
  created_at: user.createdAt,
  updated_at: user.updatedAt,
  version: user.version,
});

export const UserQuery = PageQuery.extend({
  role: RoleName.optional(),
  status: Status.optional(),
});

const profile = {
  name: Name.optional(),
  slug: SlugInput.optional(),
  bio: Text(2000).nullable().optional(),
  website: WebAddress.nullable().optional(),
  avatar_url: WebAddress.nullable().optional(),
};

export const UserChangesBody = z
  .strictObject({ ...profile, role: RoleName.optional(), status: Status.optional() })
  .openapi("UserChanges");

export const toUserChanges = ({ avatar_url, ...same }: z.infer<typeof UserChangesBody>) =>
  given({ ...same, avatarUrl: avatar_url });

export const MyChangesBody = z
  .strictObject({
    ...profile,
    email: MailAddress.optional().openapi({ description: "Needs `current_password`." }),
    current_password: z.string().max(512).optional(),
  })
  .refine((body) => body.email === undefined || body.current_password !== undefined, {
    path: ["current_password"],
    message: "A new address needs your password.",
  })
  .openapi("MyChanges");

export const toMyChanges = (body: z.infer<typeof MyChangesBody>) => {
  const { avatar_url, current_password, ...same } = body;
  return given({ ...same, avatarUrl: avatar_url, currentPassword: current_password });
};

export const HeirQuery = z.strictObject({
  posts_to: Id.optional().openapi({
    description: "The user who takes over the posts. Required when there are any.",
  }),
});
