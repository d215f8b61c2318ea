import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { everybody } from "#domain/sends";
import { sendBatches, sendRecipients, subscribers } from "#repository/models";
import { freezeAudience } from "#repository/sends/audience";
import {
  givenNewsletter,
  givenOutPost,
  givenSend,
  givenSubscribers,
} from "#test/support/newsletters";
import { givenUser } from "#test/support/people";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
const author = await givenUser();

async function given(readers: number) {
  const newsletter = await givenNewsletter(db);
  const emails = await givenSubscribers(db, newsletter.id, readers);
  const { id } = await givenSend(db, newsletter, await givenOutPost(db, author));
  /** One statement's worth. */
  const freeze = async (slice: number, batchSize: number) => {
    const asked = { sendId: id, newsletterId: newsletter.id, segment: everybody, batchSize, slice };
    const [, { rows }] = await db.batch(freezeAudience(db, asked));
    return rows[0];
  };
  return { id, emails, newsletter, freeze };
}

/** In the order of their ids, which is that of the slices. */
const frozenIn = (sendId: string) =>
  db
    .select({ email: subscribers.email, batch: sendRecipients.batch })
    .from(sendRecipients)
    .innerJoin(subscribers, eq(subscribers.id, sendRecipients.subscriberId))
    .where(eq(sendRecipients.sendId, sendId))
    .orderBy(sendRecipients.subscriberId);

async function batchesOf(sendId: string) {
  const rows = await db
    .select({ number: sendBatches.number })
    .from(sendBatches)
    .where(eq(sendBatches.sendId, sendId))
    .orderBy(sendBatches.number);
  return rows.map(({ number }) => number);
}

describe("an audience that is frozen a slice at a time", () => {
  it.each([
    ["with a rest", 100, 30, 7],
    ["that ends with a slice", 60, 30, 10],
    ["of slices smaller than a batch", 25, 4, 10],
    ["that one slice holds", 5, 30, 2],
  ])(
    "has everybody once, in batches that are full but for the last: %s",
    async (_what, readers, slice, batchSize) => {
      const { id, emails, freeze } = await given(readers);
      const taken: number[] = [];
      do {
        const made = await freeze(slice, batchSize);
        taken.push(made?.taken ?? 0);
        expect(made?.total).toBe(taken.reduce((sum, count) => sum + count, 0));
      } while (taken.at(-1) === slice);
      const frozen = await frozenIn(id);
      expect(frozen.map(({ email }) => email).toSorted()).toEqual(emails.toSorted());
      expect(frozen.map(({ batch }) => batch)).toEqual(
        frozen.map((_row, place) => Math.floor(place / batchSize) + 1),
      );
      const last = Math.ceil(readers / batchSize);
      expect(await batchesOf(id)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      expect(taken).toHaveLength(Math.floor(readers / slice) + 1);
    },
  );

  it("is the same when two freeze it at once, and when who was frozen leaves between slices", async () => {
    const { id, emails, freeze } = await given(40);
    await freeze(15, 10);
    await db.execute(sql`
      update subscribers set status = 'unsubscribed' where id in (
        select subscriber_id from send_recipients where send_id = ${id}::uuid
        order by subscriber_id desc limit 3)`);
    await Promise.all([freeze(15, 10), freeze(15, 10), freeze(15, 10)]);
    const frozen = await frozenIn(id);
    expect(frozen.map(({ email }) => email).toSorted()).toEqual(emails.toSorted());
    expect(frozen.map(({ batch }) => batch)).toEqual(
      frozen.map((_row, place) => Math.floor(place / 10) + 1),
    );
  });
});
