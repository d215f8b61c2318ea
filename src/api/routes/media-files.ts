import { isKnown } from "#api/answers";
import { isRangeOf, readRange } from "#api/ranges";
import { createRouter } from "#api/router";
import { openMediaFile } from "#service/media/file";

export const mediaFiles = createRouter();

/** To every page; nothing of it may run. */
const headers = {
  "Accept-Ranges": "bytes",
  "Access-Control-Allow-Origin": "*",
  "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
  "Cross-Origin-Resource-Policy": "cross-origin",
};

/** The same bytes for ever. A refusal, say of a range, is not: it has the same address, and could be kept for them. */
const CACHING = "public, max-age=31536000, immutable";

/**
 * A file or one of its copies, whole or one range of its bytes (RFC 9110, section 14), with its own media type.
 * Its name belongs to its bytes. What no browser shows or plays in a page is for saving.
 */
mediaFiles.get("/media/:key", async (c) => {
  const file = await openMediaFile(c.var.context, c.req.param("key"));
  c.header("ETag", file.etag);
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  const kept = { "Cache-Control": CACHING, "Cache-Tag": file.cacheTag };
  if (isKnown(c)) return c.body(null, 304, kept);
  const range = isRangeOf(c.req.header("if-range"), file.etag)
    ? readRange(c.req.header("range"), file.size)
    : undefined;
  const length = range?.length ?? file.size;
  const described = {
    ...kept,
    "Content-Length": String(length),
    "Content-Type": file.contentType,
    ...(file.isShown ? {} : { "Content-Disposition": "attachment" }),
  };
  const stream = c.req.method === "HEAD" ? "" : await file.open(range);
  if (!range) return c.body(stream, 200, described);
  const last = range.offset + length - 1;
  const part = { ...described, "Content-Range": `bytes ${range.offset}-${last}/${file.size}` };
  return c.body(stream, 206, part);
});
