import { z } from "zod";

import { defineTask, done, retryAfter } from "#core/jobs";
import { atMost } from "#domain/purges";
import { purgeEdgeKind } from "#domain/task-kinds";
import {
  markPurged,
  selectPurgePause,
  selectWaitingPurges,
  takePurgeSlot,
} from "#repository/purges";

/** How many orders one call takes along. */
const ORDERS_AT_ONCE = 500;

const Tags = z.array(z.string());
const Order = z.object({
  args: z.object({ tags: Tags }),
  /** What it has taken over from others while it waited. */
  cursor: z.object({ tags: Tags }).nullable(),
});

const tagsOf = (order: { readonly args: unknown; readonly cursor: unknown }): string[] => {
  const { args, cursor } = Order.parse(order);
  return [...args.tags, ...(cursor?.tags ?? [])];
};

/**
 * Tells the platform's cache what is old, with whatever else waits to be told. One call goes out at once; while
 * five of them are younger than a minute, one order waits for all, until the first moment that allows a call. An
 * order that comes while a call is under way is another row, and another call. Telling twice is telling once.
 */
export const purgeEdge = defineTask({
  ...purgeEdgeKind,
  async run(context, args, run) {
    const { db, cache } = context;
    // Where there is no such cache, nothing is old.
    if (!cache) return done();
    const [[pause], waiting] = await db.batch([
      selectPurgePause(db),
      selectWaitingPurges(db, purgeEdgeKind.name, run.jobId, ORDERS_AT_ONCE),
    ]);
    const orders = [{ args, cursor: run.cursor }, ...waiting];
    const tags = atMost([...new Set(orders.flatMap(tagsOf))]);
    const effects = [markPurged(db, waiting)];
    const taken = await takePurgeSlot(db);
    if (taken.rows.length === 0) {
      await run.checkpoint({ cursor: { tags }, done: 0, total: null, effects });
      return retryAfter(Math.max(1, Math.ceil(pause?.seconds ?? 1)));
    }
    const { success, errors } = await cache.purge({ tags: [...tags] });
    if (!success) throw new Error(`The cache was not purged: ${JSON.stringify(errors)}`);
    context.log.info("edge.purged", { tags: tags.length, orders: waiting.length + 1 });
    return done({ effects, result: { tags: tags.length } });
  },
});
