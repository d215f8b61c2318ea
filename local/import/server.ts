import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { codeOf, LocalFailure } from "#local/failure";

import { followJob, type Tell } from "./events.ts";

/** Where imports go and who sends them. */
export interface Target {
  readonly url: URL;
  readonly token: string;
  /** Waits so many milliseconds; only tests wait less. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

const Progress = z.object({
  id: z.string(),
  job_id: z.string(),
  status: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  progress: z.number(),
  error: z
    .union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)])
    .nullable(),
  result: z
    .object({ created: z.int(), updated: z.int(), unchanged: z.int(), failed: z.int() })
    .nullable(),
  failures: z.array(z.object({ path: z.string(), code: z.string(), reason: z.string() })),
});

/** How an import stands. */
export type ImportProgress = z.infer<typeof Progress>;

const Problem = z.object({ title: z.string(), detail: z.string() }).partial();

const attempts = 6;
const uploadTimeout = 600_000;
const readTimeout = 30_000;
const pollEvery = 500;

/**
 * Sends documents and orders their import. A lost answer is asked for again with the same key, so the
 * documents are imported once however often they are sent.
 *
 * @throws LocalFailure if nobody answers there or the answer is no.
 */
export async function startImport(
  target: Target,
  lines: Blob,
  key: string,
  pictures = false,
): Promise<ImportProgress> {
  const url = new URL(`v1/imports${pictures ? "?pictures=true" : ""}`, target.url);
  const response = await send(target, url, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", "idempotency-key": key },
    body: lines,
    signal: () => AbortSignal.timeout(uploadTimeout),
  });
  return readProgress(target, response, 202);
}

/**
 * Waits for the end of an import and tells how far it is: as the server tells of it, or where nothing can be
 * heard of its events, as often as it asks.
 *
 * @throws LocalFailure if the server stays away; the import itself goes on.
 */
export async function finishImport(
  target: Target,
  started: ImportProgress,
  tell: Tell,
): Promise<ImportProgress> {
  const url = new URL(`v1/imports/${encodeURIComponent(started.id)}`, target.url);
  let progress = started;
  let isHeard = true;
  while (isOpen(progress)) {
    tell(progress);
    isHeard &&= await followJob(target, progress.job_id, tell);
    if (!isHeard) await (target.pause ?? sleep)(pollEvery);
    const response = await send(target, url, { signal: () => AbortSignal.timeout(readTimeout) });
    progress = await readProgress(target, response, 200);
    // The stream ended before the import did.
    if (isHeard && isOpen(progress)) await (target.pause ?? sleep)(pollEvery);
  }
  return progress;
}

const isOpen = ({ status }: ImportProgress): boolean => status === "queued" || status === "running";

type Request = Omit<RequestInit, "signal"> & { signal: () => AbortSignal };

/**
 * Sends a request, again when it may pass the next time.
 *
 * @throws LocalFailure if nobody answers there.
 */
export async function send(target: Target, url: URL, request: Request): Promise<Response> {
  if (!/^[\x21-\x7e]+$/.test(target.token)) {
    throw new LocalFailure(
      "IMPRINT_TOKEN has line breaks, spaces or other signs that no token has",
    );
  }
  const { signal, headers, ...rest } = request;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await fetch(url, {
      ...rest,
      headers: { ...headers, authorization: `Bearer ${target.token}`, accept: "application/json" },
      redirect: "manual",
      signal: signal(),
    }).catch((thrown: unknown) => thrown);
    const isLast = attempt === attempts;
    if (outcome instanceof Response) {
      const mayPass = outcome.status >= 500 || outcome.status === 409 || outcome.status === 429;
      if (!mayPass || isLast) return outcome;
      await outcome.body?.cancel();
    } else if (isLast || isNobodyThere(outcome, attempt, rest.method)) {
      throw new LocalFailure(explain(outcome, target.url), { cause: outcome });
    }
    await (target.pause ?? sleep)(delayBefore(attempt, outcome));
  }
}

/** Exponential, or as long as the server asks, but never more than half a minute. */
function delayBefore(attempt: number, outcome: unknown): number {
  const asked = outcome instanceof Response ? Number(outcome.headers.get("retry-after")) * 1000 : 0;
  const backoff = 500 * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  return Math.min(Math.max(Number.isFinite(asked) ? asked : 0, backoff), 30_000);
}

const causeOf = (thrown: unknown): string | null =>
  thrown instanceof Error ? (codeOf(thrown.cause) ?? codeOf(thrown)) : null;

/** Before anything was sent, a closed door is a wrong address rather than a passing fault. */
const isNobodyThere = (thrown: unknown, attempt: number, method: string | undefined): boolean =>
  method === "POST" &&
  attempt === 1 &&
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(causeOf(thrown) ?? "");

function explain(thrown: unknown, url: URL): string {
  const code = causeOf(thrown);
  if (code === "ECONNREFUSED") return `nobody answers at ${url.origin}; is Imprint running there?`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `there is no host ${url.hostname}`;
  if (thrown instanceof Error && thrown.name === "TimeoutError")
    return `${url.origin} does not answer in time`;
  return `the connection to ${url.origin} was lost (${code ?? "unknown reason"})`;
}

async function readProgress(
  target: Target,
  response: Response,
  status: number,
): Promise<ImportProgress> {
  const body: unknown = await response.json().catch(() => null);
  if (response.status !== status) throw new LocalFailure(explainStatus(target, response, body));
  const progress = Progress.safeParse(body);
  if (!progress.success) throw new LocalFailure(notImprint(target));
  return progress.data;
}

const notImprint = ({ url }: Target): string =>
  `what answers at ${url.href} is not Imprint; check --url`;

/** What an answer that was not hoped for means to whoever runs the command. */
export function explainStatus(target: Target, response: Response, body: unknown): string {
  const { status } = response;
  const problem = Problem.safeParse(body).data;
  const detail = (problem?.detail ?? problem?.title)?.replace(/\s+/g, " ");
  if (status >= 300 && status < 400) {
    return `${target.url.href} redirects to ${response.headers.get("location") ?? "elsewhere"}; check --url`;
  }
  if (status === 401) return "IMPRINT_TOKEN is not valid, or no longer (401)";
  if (status === 403) return `IMPRINT_TOKEN belongs to somebody who may not import (403)`;
  if (detail === undefined || status === 404) return `${notImprint(target)} (${status})`;
  return `${target.url.origin} refused with ${status}: ${detail}`;
}
