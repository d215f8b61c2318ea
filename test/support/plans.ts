import { tasks } from "#domain/tasks";
import { jobs } from "#repository/models";

import { deliver, doorbellFor, type Plant } from "./jobs";
import type { Person } from "./people";
import { send, type Sent } from "./requests";

/** A moment so many seconds from now. */
export const inSeconds = (seconds: number): string =>
  new Date(Date.now() + seconds * 1000).toISOString();

/** Asks for a change of a post that was answered before, on the version that it had then. */
export const change = (
  { headers }: Pick<Person, "headers">,
  { body, etag }: Pick<Sent, "body" | "etag">,
  what: string,
  wanted?: unknown,
): Promise<Sent> =>
  send("POST", `/v1/posts/${body.id}/${what}`, {
    headers: { ...headers, "if-match": etag },
    ...(wanted === undefined ? {} : { body: wanted }),
  });

/** Rings for every job there is, ended or not, so many times each: whatever may not run has to notice. */
export async function ringForAll({ context }: Plant, times = 1): Promise<void> {
  const all = await context.db.select({ id: jobs.id }).from(jobs);
  const bells = all.map(({ id }) => doorbellFor(id));
  await deliver(context, tasks, Array.from({ length: times }, () => bells).flat());
}
