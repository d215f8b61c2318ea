import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import { ADDRESS_LIMIT, normaliseAddress } from "#core/addresses";
import { isBlank } from "#core/texts";
import type { Subscriber } from "#domain/subscribers";
import type { Dossier } from "#service/subscribers/dossier";
import type { SubscriberInput } from "#service/subscribers/manage";
import type { SignUp } from "#service/subscribers/sign-up";

import { given, Id, Moment, Text } from "./fields";
import { Name } from "./users";

/** One plain mail address; the domain may be written in any script. */
export const Address = z
  .string()
  .max(ADDRESS_LIMIT)
  .transform((text, context) => {
    const address = normaliseAddress(text);
    if (address !== undefined) return address;
    context.addIssue({ code: "custom", message: "This is not one plain mail address." });
    return z.NEVER;
  })
  .openapi({ type: "string", format: "email", example: "ada@example.com" });

const SubscriberStatus = z
  .enum(["pending", "active", "unsubscribed", "suppressed"])
  .openapi("SubscriberStatus", {
    description:
      "`pending` until the owner of the address has confirmed. Only who is `active` gets mail. `suppressed`: the address bounced, or somebody complained.",
  });

const NewsletterLabel = z
  .object({ id: Id, slug: z.string(), name: z.string() })
  .openapi("NewsletterLabel");

export const SubscriberBody = z
  .object({
    id: Id,
    email: z.string().openapi({ example: "ada@example.com" }),
    name: z.string().nullable(),
    status: SubscriberStatus,
    labels: z.array(z.string()),
    newsletters: z.array(NewsletterLabel),
    source: z.enum(["form", "import", "staff"]),
    soft_bounces: z.int().openapi({
      description: "Mails in a row that came back for the time being. After five no more are sent.",
    }),
    confirmed_at: Moment.nullable(),
    unsubscribed_at: Moment.nullable(),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("Subscriber");

export const SubscriberPage = page(SubscriberBody, "SubscriberPage");

const sources = { form: "form", import: "import", staff: "staff" } as const;
const sourceOf = (text: string) => sources[text as keyof typeof sources] ?? "staff";

export const toSubscriberBody = (entity: Subscriber): z.infer<typeof SubscriberBody> => ({
  id: entity.id,
  email: entity.email,
  name: entity.name,
  status: entity.status,
  labels: [...entity.labels],
  newsletters: entity.newsletters.map(({ id, slug, name }) => ({ id, slug, name })),
  source: sourceOf(entity.source),
  soft_bounces: entity.softBounces,
  confirmed_at: entity.confirmedAt,
  unsubscribed_at: entity.unsubscribedAt,
  created_at: entity.createdAt,
  updated_at: entity.updatedAt,
  version: entity.version,
});

export const DossierBody = z
  .object({
    subscriber: SubscriberBody,
    events: z
      .array(
        z.object({
          at: Moment,
          kind: z.string(),
          newsletter_id: Id.nullable(),
          details: z.record(z.string(), z.unknown()),
        }),
      )
      .openapi({ description: "What happened, consent above all: when, how, to which words." }),
    mails: z
      .array(
        z.object({
          at: Moment,
          newsletter: z.string(),
          subject: z.string(),
          status: z.string().openapi({ example: "sent" }),
        }),
      )
      .openapi({ description: "The newsletters that were to go to them." }),
  })
  .openapi("SubscriberDossier");

export const toDossierBody = ({
  subscriber,
  events,
  mails,
}: Dossier): z.infer<typeof DossierBody> => ({
  subscriber: toSubscriberBody(subscriber),
  events: events.map(({ at, kind, newsletterId, details }) => ({
    at,
    kind,
    newsletter_id: newsletterId,
    details,
  })),
  mails: mails.map(({ state: status, at, newsletter, subject }) => ({
    at,
    newsletter,
    subject,
    status,
  })),
});

// --- What comes in -------------------------------------------------------------------------------

/** Slugs or ids of newsletters. */
const Newsletters = z.array(z.string().min(1).max(100)).max(50);

/** One line without what lists of labels are written with. */
export const Label = Text(50)
  .refine((label) => !/[,;|\p{Cc}\p{Zl}\p{Zp}]/u.test(label), "No commas, semicolons or bars.")
  .openapi({ example: "early bird" });
const Labels = z.array(Label).max(20);

export const SignUpBody = z
  .strictObject({
    email: Address,
    name: Name.optional(),
    newsletters: Newsletters.min(1)
      .optional()
      .openapi({
        description: "Slugs or ids. Left out: those that everybody gets.",
        example: ["weekly"],
      }),
  })
  .openapi("SubscribeRequest");

export const toSignUp = ({ email, name, newsletters }: z.infer<typeof SignUpBody>): SignUp => ({
  email,
  name: name ?? null,
  newsletters: newsletters ?? null,
});

export const SignUpAnswerBody = z.object({ message: z.string() }).openapi("SubscribeAnswer", {
  description: "The same for every address, whether or not it is subscribed already.",
});

export const NewSubscriberBody = z
  .strictObject({
    email: Address,
    name: Name.nullable().optional(),
    labels: Labels.optional(),
    newsletters: Newsletters.optional().openapi({
      description: "Slugs or ids. Left out: those that everybody gets.",
    }),
    attestation: Text(1000).optional().openapi({
      description:
        "How you know that they want mail, for the record. With it they get mail at once; without it, when they have confirmed a mail that asks them.",
      example: "Signed the paper list at the reading on 3 May.",
    }),
  })
  .openapi("NewSubscriber");

export const toSubscriberInput = (body: z.infer<typeof NewSubscriberBody>): SubscriberInput => ({
  email: body.email,
  name: body.name ?? null,
  labels: [...new Set(body.labels)],
  newsletters: body.newsletters ?? null,
  attestation: body.attestation ?? null,
});

export const SubscriberChangesBody = z
  .strictObject({
    name: Name.nullable().optional(),
    labels: Labels.optional(),
    newsletters: Newsletters.optional().openapi({
      description: "Slugs or ids: all they are to get. Whoever gets no mail gets none by this.",
    }),
  })
  .openapi("SubscriberChanges");

export const toSubscriberChanges = ({ labels, ...others }: z.infer<typeof SubscriberChangesBody>) =>
  given({ ...others, labels: labels && [...new Set(labels)] });

const filters = {
  status: SubscriberStatus.optional(),
  newsletter: Id.optional().openapi({ description: "The id of one that they get." }),
  label: z.string().min(1).max(50).optional(),
  email: Address.optional().openapi({ description: "Just this address." }),
  q: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .openapi({ description: "A part of the address or the name." }),
};

export const SubscriberQuery = PageQuery.extend(filters);
export const SubscriberFilterQuery = z.strictObject(filters);

export const toSubscriberFilter = (query: z.infer<typeof SubscriberFilterQuery>) => ({
  status: query.status ?? null,
  newsletterId: query.newsletter ?? null,
  label: query.label ?? null,
  email: query.email ?? null,
  text: query.q ?? null,
});

/** A name as people type it into a form: cut to what a name may be, null for none. */
export const nameTyped = (text: string): string | null => {
  const name = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, 100);
  return isBlank(name) || !name.isWellFormed() ? null : name;
};
