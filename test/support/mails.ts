import { and, eq, inArray } from "drizzle-orm";
import { expect, inject, vi } from "vitest";

import { tasks } from "#domain/tasks";
import { jobs } from "#repository/models";

import { deliver, doorbellFor, givenPlant } from "./jobs";

export interface SentMail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The mails that went to an address, newest first. */
export async function mailsTo(address: string): Promise<SentMail[]> {
  const url = `${inject("mailOutboxUrl")}.json?to=${encodeURIComponent(address)}`;
  const { data } = await (await fetch(url)).json<{ data: SentMail[] }>();
  return data;
}

/**
 * Lets every mail that waits go out, ringing for each as often as it says. The worker's own queue may
 * ring as well, so this comes back when nothing waits or runs any more.
 */
export async function deliverMails(bells = 1): Promise<void> {
  const { context } = givenPlant();
  const unfinished = and(eq(jobs.lane, "mail"), inArray(jobs.state, ["ready", "running"]));
  const waiting = await context.db.select({ id: jobs.id }).from(jobs).where(unfinished);
  const doorbells = waiting.map(({ id }) => doorbellFor(id));
  await deliver(context, tasks, Array.from({ length: bells }, () => doorbells).flat());
  await vi.waitFor(async () => expect(await context.db.$count(jobs, unfinished)).toBe(0), 10_000);
}

/** The token in the newest mail to an address. */
export async function tokenMailedTo(address: string): Promise<string> {
  const [mail] = await mailsTo(address);
  const token = /\b(?:inv|rst)_[\w.-]+/u.exec(mail?.text ?? "")?.[0];
  if (token === undefined) throw new Error(`No token was mailed to ${address}.`);
  return token;
}
