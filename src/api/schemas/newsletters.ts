import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { Newsletter } from "#domain/newsletters";
import type { NewsletterInput } from "#service/newsletters";

import { given, Id, Moment, SlugInput, Text } from "./fields";
import { MailAddress } from "./users";

const Status = z.enum(["active", "archived"]);

export const NewsletterBody = z
  .object({
    id: Id,
    slug: z.string().openapi({ example: "weekly" }),
    name: z.string().openapi({ example: "The weekly letter" }),
    description: z.string().nullable(),
    status: Status,
    is_default: z.boolean().openapi({ description: "Who signs up without choosing gets it." }),
    sender_name: z.string().nullable().openapi({ description: "Null: the newsletter's name." }),
    sender_email: z
      .string()
      .nullable()
      .openapi({ description: "Null: the sender of all other mails." }),
    reply_to: z.string().nullable(),
    postal_address: z.string().nullable().openapi({
      description: "Who sends it from where; the law of many countries wants it in each mail.",
    }),
    accent_color: z.string().nullable().openapi({ example: "#9b3d1e" }),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("Newsletter");

export const NewsletterPage = page(NewsletterBody, "NewsletterPage");

export const NewsletterQuery = PageQuery.extend({ status: Status.optional() });

export const toNewsletterBody = (newsletter: Newsletter): z.infer<typeof NewsletterBody> => ({
  id: newsletter.id,
  slug: newsletter.slug,
  name: newsletter.name,
  description: newsletter.description,
  status: newsletter.status,
  is_default: newsletter.isDefault,
  sender_name: newsletter.senderName,
  sender_email: newsletter.senderEmail,
  reply_to: newsletter.replyTo,
  postal_address: newsletter.postalAddress,
  accent_color: newsletter.accentColor,
  created_at: newsletter.createdAt,
  updated_at: newsletter.updatedAt,
  version: newsletter.version,
});

/** What stands in a header of a mail: one line, and nothing that would end the name. */
const HeaderText = (max: number) =>
  Text(max).refine(
    (text) => !/["\\<>\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
    'One line without " \\ < >.',
  );

const Name = HeaderText(100).openapi({ example: "The weekly letter" });

const fields = {
  slug: SlugInput.optional(),
  description: Text(1000).nullable().optional(),
  is_default: z.boolean().optional(),
  sender_name: HeaderText(100).nullable().optional(),
  sender_email: MailAddress.nullable().optional().openapi({
    description: "Of a domain that your mail provider lets you send from.",
  }),
  reply_to: MailAddress.nullable().optional(),
  postal_address: Text(500).nullable().optional().openapi({ example: "The Tide, 1 Quay, Ostend" }),
  accent_color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/u, "A colour is # and six hexadecimal digits.")
    .toLowerCase()
    .nullable()
    .optional()
    .openapi({
      description:
        "Of links and the bar at the top; made darker or lighter where it could not be read.",
      example: "#9b3d1e",
    }),
};

export const NewNewsletterBody = z.strictObject({ name: Name, ...fields }).openapi("NewNewsletter");

export const NewsletterChangesBody = z
  .strictObject({
    name: Name.optional(),
    status: Status.optional().openapi({ description: "Nothing is sent through an archived one." }),
    ...fields,
  })
  .openapi("NewsletterChanges");

export const toNewsletterInput = (body: z.infer<typeof NewsletterChangesBody>): NewsletterInput =>
  given({
    name: body.name,
    slug: body.slug,
    description: body.description,
    status: body.status,
    isDefault: body.is_default,
    senderName: body.sender_name,
    senderEmail: body.sender_email,
    replyTo: body.reply_to,
    postalAddress: body.postal_address,
    accentColor: body.accent_color,
  });
