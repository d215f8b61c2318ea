import { newId } from "#core/ids";
import { newNewsletter } from "#domain/newsletters";
import { newsletters, sendBatches, sendRecipients, sends } from "#repository/models";
import { about, missing, type Recipe, type Target, text } from "#test/tables/recipe-parts";
import { db, givenOwner, givenPostOf } from "#test/tables/things";

type Fields = Partial<typeof newsletters.$inferInsert>;
type SendFields = Partial<typeof sends.$inferInsert>;
type RecipientState = "pending" | "sent" | "skipped" | "failed" | "uncertain";

/** A newsletter that nobody has signed up for. */
export async function givenNewsletterRow(fields: Fields = {}) {
  const row = newNewsletter({ name: text(), slug: `letter-${crypto.randomUUID()}` });
  await db.insert(newsletters).values({ ...row, ...fields });
  return { id: row.id, slug: row.slug };
}

/** A send whose jobs nobody knows of, with one recipient in each of these states. */
export async function givenSendRow(
  fields: SendFields = {},
  states: readonly RecipientState[] = [],
): Promise<{ readonly id: string; readonly newsletterId: string; readonly postId: string }> {
  const id = newId();
  const newsletterId = fields.newsletterId ?? (await givenNewsletterRow()).id;
  const postId =
    fields.postId ?? (await givenPostOf(await givenOwner(), { status: "published" })).id;
  await db.insert(sends).values({
    id,
    postVersion: 1,
    state: "sending",
    segment: { labels: [], without: [] },
    sender: "The Tide <tide@example.com>",
    subject: text(),
    html: "<p>Some words.</p>",
    text: "Some words.",
    ...fields,
    newsletterId,
    postId,
  });
  if (states.length > 0) {
    await db.insert(sendBatches).values({ sendId: id, number: 1, state: "sent" });
    await db
      .insert(sendRecipients)
      .values(states.map((state) => ({ sendId: id, subscriberId: newId(), batch: 1, state })));
  }
  return { id, newsletterId, postId };
}

const newsletter =
  (rest: Target = {}, fields: Fields = {}): Recipe =>
  async () =>
    about((await givenNewsletterRow(fields)).id, rest);

const send =
  (fields: SendFields = {}, rest: Target = {}, states: readonly RecipientState[] = []): Recipe =>
  async () => {
    const { id, newsletterId } = await givenSendRow(fields, states);
    return { ...rest, params: { id: newsletterId, send_id: id }, id };
  };

const missingSend =
  (rest: Target = {}): Recipe =>
  () => ({
    ...rest,
    params: { id: newId(), send_id: newId() },
  });

/** A send that is there, asked for in a newsletter that it did not go through. */
const misplaced: Recipe = async () => ({
  params: { id: (await givenNewsletterRow()).id, send_id: (await givenSendRow()).id },
});

const taken = async (): Promise<Target> => ({
  body: { name: text(), slug: (await givenNewsletterRow()).slug },
});

const published = { status: "published" } as const;

/** An order to send a post of the one who asks for nothing but that. */
const ordering =
  (fields: Fields = {}, post: Parameters<typeof givenPostOf>[1] = published): Recipe =>
  async ({ holder }) =>
    about((await givenNewsletterRow(fields)).id, {
      body: { post_id: (await givenPostOf(holder, post)).id, segment: { labels: ["sea"] } },
    });

const testing =
  (body: (people: { other: { email: string } }) => Record<string, unknown>): Recipe =>
  async (people) =>
    about((await givenNewsletterRow()).id, {
      body: { post_id: (await givenPostOf(people.holder)).id, ...body(people) },
    });

const over = { state: "sent", finishedAt: "2026-01-01T00:00:00.000Z" } as const;
const again = { body: { include_uncertain: true } };

export const newslettersRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "GET /v1/newsletters": {
    any: async () => ({ id: (await givenNewsletterRow()).id, query: { limit: "100" } }),
  },
  "POST /v1/newsletters": {
    any: () => ({
      body: {
        name: text(),
        slug: `letter-${crypto.randomUUID()}`,
        sender_name: "The Tide",
        sender_email: "tide@example.com",
        reply_to: "us@example.com",
        postal_address: "1 Quay\nOstend",
        accent_color: "#9b3d1e",
        is_default: true,
      },
    }),
    "any, with a slug that is taken": taken,
  },
  "GET /v1/newsletters/{id}": { any: newsletter(), missing: missing() },
  "PATCH /v1/newsletters/{id}": {
    any: newsletter({ body: { description: "Every Friday.", status: "archived" } }),
    "any, to a slug that is taken": async () => ({
      ...about((await givenNewsletterRow()).id),
      body: { slug: (await givenNewsletterRow()).slug },
    }),
    missing: missing({ body: { name: "Nothing" } }),
  },
  "DELETE /v1/newsletters/{id}": {
    any: newsletter(),
    "any, that was sent": async () => about((await givenSendRow(over)).newsletterId),
    missing: missing(),
  },
  "GET /v1/newsletters/{id}/sends": {
    any: async () => {
      const { id, newsletterId } = await givenSendRow();
      return { params: { id: newsletterId }, id, query: { limit: "100" } };
    },
    missing: missing(),
  },
  "POST /v1/newsletters/{id}/sends": {
    any: ordering(),
    "any, archived": ordering({ status: "archived" }),
    "any, under way": async () => {
      const { newsletterId, postId } = await givenSendRow();
      return about(newsletterId, { body: { post_id: postId } });
    },
    "any, of a draft": ordering({}, {}),
    "any, of no post": newsletter({ body: { post_id: newId() } }),
    missing: missing({ body: { post_id: newId() } }),
  },
  "GET /v1/newsletters/{id}/sends/{send_id}": {
    any: send({}, {}, ["sent", "failed"]),
    "missing here": misplaced,
    missing: missingSend(),
  },
  "GET /v1/newsletters/{id}/sends/{send_id}/recipients": {
    any: send({}, { query: { status: "failed" } }, ["sent", "failed"]),
    "missing here": misplaced,
    missing: missingSend(),
  },
  "POST /v1/newsletters/{id}/sends/{send_id}/pause": {
    any: send(),
    "any, that is over": send(over),
    missing: missingSend(),
  },
  "POST /v1/newsletters/{id}/sends/{send_id}/resume": {
    any: send({ state: "paused" }),
    "any, that is over": send(over),
    missing: missingSend(),
  },
  "POST /v1/newsletters/{id}/sends/{send_id}/cancel": {
    any: send(),
    "any, that is over": send(over),
    missing: missingSend(),
  },
  "POST /v1/newsletters/{id}/sends/{send_id}/resend-missing": {
    any: send(over, again, ["sent", "uncertain"]),
    "any, that reached all": send(over, again, ["sent", "skipped"]),
    "any, that goes on": send({}, again, ["failed"]),
    "any, with another under way": async () => {
      const { id, newsletterId, postId } = await givenSendRow(over, ["failed"]);
      await givenSendRow({ newsletterId, postId });
      return { params: { id: newsletterId, send_id: id }, ...again };
    },
    missing: missingSend(again),
  },
  "POST /v1/newsletters/{id}/test-sends": {
    any: testing(() => ({})),
    "any, to a colleague": testing(({ other }) => ({ to: other.email })),
    "any, to a stranger": testing(() => ({ to: `${newId()}@example.com` })),
    "any, of no post": newsletter({ body: { post_id: newId() } }),
    missing: missing({ body: { post_id: newId() } }),
  },
};

/** A post that is to be published and mailed at once. */
export const publishingWith =
  (fields: Fields | null): Recipe =>
  async ({ holder }) => {
    const id = fields === null ? newId() : (await givenNewsletterRow(fields)).id;
    return about((await givenPostOf(holder)).id, { body: { newsletter: { id } } });
  };

/** The same, of one that is on its way already: it was taken back since. */
export const publishingUnderWay: Recipe = async ({ holder }) => {
  const { id: postId } = await givenPostOf(holder);
  const { newsletterId } = await givenSendRow({ postId });
  return about(postId, { body: { newsletter: { id: newsletterId } } });
};
