import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import type { AppEnv } from "#api/dependencies";
import { CursorInvalid, HistoryChanged } from "#api/exceptions";
import { preferredType } from "#api/negotiation";
import { answerHeaders, json, knowsCallers, raises, validates } from "#api/openapi";
import { linkNext } from "#api/pages";
import { createRouter } from "#api/router";
import { MOST_CHANGES, SyncPageBody, SyncQuery, toSyncText } from "#api/schemas/sync";
import { readSyncCursor, writeSyncCursor } from "#api/sync-cursors";
import { followChanges, readChanges, STREAMED_ROWS, type SyncPage } from "#service/sync";

/** Copies of what is published. Never cached: the end of yesterday is not the end. */
export const sync = createRouter();

const NDJSON = "application/x-ndjson";

/** Annotated, because what the database has written is no JSON of the worker's. */
const changes: RouteConfig["responses"][string] = {
  ...json(SyncPageBody, "A page of changes, in their order", answerHeaders.next),
  content: {
    "application/json": { schema: SyncPageBody },
    [NDJSON]: {
      schema: {
        type: "string",
        example:
          '{"type":"tombstone","entity":"post","id":"0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11"}\n{"type":"end","next_cursor":"WyI4NTQ…","has_more":false}\n',
      },
    },
  },
};

const read = createRoute({
  method: "get",
  path: "/sync",
  operationId: "syncContent",
  summary: "Keep a copy of what is published",
  description:
    "Everything that is published, and then every change of it: posts and pages with their texts, the tags that they bear, and their authors, each as it is now or that it is gone. Whoever puts in and takes out what they are told, from the beginning to the end, has exactly what is published; an id in `authors` or `tags` that is not there is one that comes further on. A thing may be told more than once. With `Accept: application/x-ndjson` all that follows comes as a stream, one change a line, and the cursor in the last.",
  tags: ["sync"],
  request: { query: SyncQuery },
  responses: {
    200: changes,
    ...raises(...knowsCallers, ...validates, CursorInvalid, HistoryChanged),
  },
});

sync.openapi(read, async (c) => {
  const { since, limit = MOST_CHANGES } = c.req.valid("query");
  const from = await readSyncCursor(c, since);
  const type = preferredType(c.req.header("accept"), ["application/json", NDJSON]);
  c.header("Vary", "Accept");
  const rows = type === NDJSON ? STREAMED_ROWS : limit;
  const first = await readChanges(c.var.context, c.var.caller, from, rows);
  if (type === NDJSON) return c.body(streamOf(c, first), 200, { "Content-Type": NDJSON });
  const cursor = await writeSyncCursor(c, first.position);
  if (first.hasMore) linkNext(c, "since", cursor);
  const text = `{"data":[${first.items.map(toSyncText).join(",")}],${endOf(cursor, first)}}`;
  return c.body(text, 200, { "Content-Type": "application/json" });
});

const endOf = (cursor: string, { hasMore }: SyncPage): string =>
  `"next_cursor":"${cursor}","has_more":${hasMore}`;

/** Lines as fast as they are taken: a page is read when the one before it has gone. */
function streamOf(c: HonoContext<AppEnv>, first: SyncPage): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pages = followChanges(c.var.context, first);
  let last = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // A page may have nothing to say, and a stream that was asked has to say something.
        for (;;) {
          const { done, value } = await pages.next();
          if (done === true) {
            const end = `{"type":"end",${endOf(await writeSyncCursor(c, last.position), last)}}\n`;
            controller.enqueue(encoder.encode(end));
            return controller.close();
          }
          last = value;
          if (value.items.length > 0) {
            const lines = value.items.map((item) => `${toSyncText(item)}\n`).join("");
            return controller.enqueue(encoder.encode(lines));
          }
        }
      },
      async cancel() {
        await pages.return();
      },
    },
    { highWaterMark: 0 },
  );
}
