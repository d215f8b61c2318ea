import { z } from "zod";

import { type Context, lanes } from "#core/context";
import type { DueJob, NewJob } from "#core/jobs";

/** The body of every queue message. */
export const Doorbell = z.object({ v: z.literal(1), jobId: z.uuid() });

/** Whatever is further off waits for a sweep. */
const HORIZON_SECONDS = 60;

/**
 * Rings for jobs that have been committed. Never fails: a bell that nobody hears costs a minute, until
 * the next sweep.
 */
export async function ring(
  context: Pick<Context, "queues" | "log">,
  jobs: readonly (Pick<NewJob, "id" | "lane"> & { readonly runAt?: string | null })[],
): Promise<void> {
  const due = jobs.map(({ id, lane, runAt }) => {
    const delay = runAt ? (Date.parse(runAt) - Date.now()) / 1000 : 0;
    return { id, lane, delaySeconds: Math.max(0, Math.ceil(delay)) };
  });
  await ringDue(context, due);
}

/** Rings for jobs that are due within a minute. Never fails. */
export async function ringDue(
  context: Pick<Context, "queues" | "log">,
  jobs: readonly DueJob[],
): Promise<void> {
  const soon = jobs.filter(({ delaySeconds }) => delaySeconds <= HORIZON_SECONDS);
  await Promise.all(
    [...Map.groupBy(soon, ({ lane }) => lane)].map(async ([name, bells]) => {
      const lane = lanes.find((known) => known === name);
      if (!lane) return context.log.error("jobs.lane_unknown", { lane: name, jobs: bells.length });
      for (let from = 0; from < bells.length; from += 100) {
        const page = bells.slice(from, from + 100);
        try {
          await context.queues[lane].sendBatch(page.map(toMessage));
        } catch (error) {
          context.log.warn("jobs.ring_failed", { lane, jobs: page.length, error });
        }
      }
    }),
  );
}

const toMessage = ({ id, delaySeconds }: DueJob): MessageSendRequest => ({
  body: { v: 1, jobId: id } satisfies z.input<typeof Doorbell>,
  delaySeconds,
});
