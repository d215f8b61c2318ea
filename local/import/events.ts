import type { Target } from "./server.ts";

/** How far something is, from 0 to 1. */
export type Tell = (state: { readonly progress: number }) => void;

/** Of a server that gives a sign of life every few seconds. */
const silenceMilliseconds = 30_000;

/**
 * Listens to a job's events (server-sent ones, as WHATWG HTML has them) and tells how far it is, until the
 * stream ends: with the job, or before.
 *
 * @returns whether there was such a stream; if not, one has to ask again and again.
 */
export async function followJob(target: Target, jobId: string, tell: Tell): Promise<boolean> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMilliseconds);
  let heard = false;
  try {
    const url = new URL(`v1/jobs/${encodeURIComponent(jobId)}/events`, target.url);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${target.token}`, accept: "text/event-stream" },
      redirect: "manual",
      signal: silence.signal,
    });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (!response.ok || !isStream || !response.body) {
      await response.body?.cancel();
      return false;
    }
    const text = response.body.pipeThrough(new TextDecoderStream());
    for await (const progress of progressIn(text, () => timer.refresh())) {
      heard = true;
      tell({ progress });
    }
  } catch {
    // The connection broke. What was told until then was right.
  } finally {
    clearTimeout(timer);
  }
  return heard;
}

/** The `progress` of each event's data. */
async function* progressIn(
  text: AsyncIterable<string>,
  onLife: () => void,
): AsyncGenerator<number> {
  let rest = "";
  for await (const piece of text) {
    onLife();
    const lines = `${rest}${piece}`.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data:")) continue;
      const { progress } = JSON.parse(line.slice("data:".length)) as { progress?: unknown };
      if (typeof progress === "number") yield progress;
    }
  }
}
