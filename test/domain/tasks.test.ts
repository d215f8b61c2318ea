import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { newJob } from "#core/jobs";
import { newMailToken } from "#domain/mail-tokens";
import { mailInvite, mailPasswordReset, tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { insertMailToken } from "#repository/mail-tokens";
import { mailTokens } from "#repository/models";
import { deliver, doorbellFor, givenPlant, type Plant, readJob } from "#test/support/jobs";
import { mailsTo, tokenMailedTo } from "#test/support/mails";
import { givenUser } from "#test/support/people";

const newEmail = () => `${crypto.randomUUID()}@example.com`;

/** An invitation whose mail waits, and nobody has been rung for. */
async function givenInvite({
  context,
}: Plant): Promise<{ email: string; tokenId: string; jobId: string }> {
  const inviter = await givenUser({ role: "owner" });
  const email = newEmail();
  const holder = { purpose: "invite", email, role: "editor", invitedBy: inviter.id } as const;
  const token = await newMailToken(context.settings.APP_SECRET, holder);
  const job = newJob(mailInvite, { tokenId: token.id });
  await context.db.batch([insertMailToken(context.db, token), insertJob(context.db, job)]);
  return { email, tokenId: token.id, jobId: job.id };
}

const ring = ({ context }: Plant, jobId: string, bells = 1) =>
  deliver(
    context,
    tasks,
    Array.from({ length: bells }, () => doorbellFor(jobId)),
  );

describe("mailing a token", () => {
  it("reaches its reader once, under the job's key, however often the bell rings", async () => {
    const plant = givenPlant();
    const { email, jobId } = await givenInvite(plant);
    await ring(plant, jobId, 5);
    await ring(plant, jobId);
    const mails = await mailsTo(email);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.headers).toEqual({
      "Auto-Submitted": "auto-generated",
      "X-Entity-Ref-ID": jobId,
    });
    expect(await readJob(plant.context.db, jobId)).toMatchObject({ state: "done" });
  });

  it("makes the token again from its row, with nothing of it in the job or the log", async () => {
    const plant = givenPlant();
    const { email, jobId } = await givenInvite(plant);
    await ring(plant, jobId);
    const token = await tokenMailedTo(email);
    const kept = JSON.stringify([await readJob(plant.context.db, jobId), plant.lines]);
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(token.split(".")[1]);
    expect(kept).not.toContain(email);
  });

  it.each([
    ["used", { usedAt: sql`now()` }],
    ["expired", { expiresAt: sql`now()` }],
  ])("does not happen for one that was %s meanwhile", async (_what, change) => {
    const plant = givenPlant();
    const { email, tokenId, jobId } = await givenInvite(plant);
    await plant.context.db.update(mailTokens).set(change).where(eq(mailTokens.id, tokenId));
    await ring(plant, jobId);
    expect(await mailsTo(email)).toEqual([]);
    expect(await readJob(plant.context.db, jobId)).toMatchObject({
      state: "dead",
      errorCode: "token_void",
    });
  });

  it("does not happen for one that was taken back", async () => {
    const plant = givenPlant();
    const { email, tokenId, jobId } = await givenInvite(plant);
    await plant.context.db.delete(mailTokens).where(eq(mailTokens.id, tokenId));
    await ring(plant, jobId);
    expect(await mailsTo(email)).toEqual([]);
  });

  it("does not send a token that would open nothing, when the secret has changed", async () => {
    const plant = givenPlant();
    const { email, jobId } = await givenInvite(plant);
    const settings = {
      ...plant.context.settings,
      APP_SECRET: "another secret of 32 characters or more",
    };
    await ring({ ...plant, context: { ...plant.context, settings } }, jobId);
    expect(await mailsTo(email)).toEqual([]);
    expect(await readJob(plant.context.db, jobId)).toMatchObject({ errorCode: "secret_changed" });
  });

  it("is tried again when nobody answers, and still happens once", async () => {
    const plant = givenPlant();
    const { email, jobId } = await givenInvite(plant);
    const { db, settings } = plant.context;
    const down = { ...settings, MAIL_OUTBOX_URL: "http://127.0.0.1:1/mail" };
    await ring({ ...plant, context: { ...plant.context, settings: down } }, jobId);
    expect(await readJob(db, jobId)).toMatchObject({ state: "ready", failures: 1 });
    await db.execute(sql`update jobs set run_at = now() where id = ${jobId}`);
    await ring(plant, jobId);
    expect(await mailsTo(email)).toHaveLength(1);
  });

  it("lets a reset go to the address it was asked for", async () => {
    const plant = givenPlant();
    const { db, settings } = plant.context;
    const person = await givenUser({ name: "Grace Hopper" });
    const holder = { purpose: "password_reset", email: person.email, userId: person.id } as const;
    const token = await newMailToken(settings.APP_SECRET, holder);
    const job = newJob(mailPasswordReset, { tokenId: token.id });
    await db.batch([insertMailToken(db, token), insertJob(db, job)]);
    await ring(plant, job.id);
    const [mail] = await mailsTo(person.email);
    expect(mail?.text).toContain("Hello Grace Hopper,");
  });
});
