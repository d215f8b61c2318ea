import type { Fate, Safety } from "#domain/work/mail-provider";
import type { BatchMark, RecipientMark } from "#repository/sends/batches";

/** What a try of a batch came to, and why the whole send is to stop, if it is. */
export interface Verdict extends Pick<
  BatchMark,
  "state" | "againInSeconds" | "isUntouched" | "errorCode" | "rest" | "recipients"
> {
  readonly pauseReason: string | null;
}

/** A provider keeps a key for 24 hours; nothing is sent under it again that could arrive after them. */
export const KEY_SECONDS = 20 * 3600;

const LONGEST_PAUSE_SECONDS = 300;

const sent: RecipientMark = { state: "sent", reason: null };
const waiting: RecipientMark = { state: "pending", reason: null };
const uncertain = (reason: string): RecipientMark => ({ state: "uncertain", reason });

const verdict = (fields: Partial<Verdict>): Verdict => ({
  state: "sent",
  againInSeconds: 0,
  isUntouched: false,
  errorCode: null,
  rest: sent,
  recipients: {},
  pauseReason: null,
  ...fields,
});

/** Nobody is left in the batch, or all of it has gone. */
export const allSent = verdict({});

/** Nothing was tried now; what was before is as open as it was. */
export const notNow = (againInSeconds: number, isUntouched: boolean): Verdict =>
  verdict({
    state: "pending",
    rest: waiting,
    againInSeconds: Math.max(1, againInSeconds),
    isUntouched,
  });

/** It may have gone, and nothing can be done about it. */
export const allUncertain = (reason: string): Verdict =>
  verdict({ state: "uncertain", errorCode: reason, rest: uncertain(reason) });

/** Later each time: 1, 2, 4 seconds and so on. */
const pauseAfter = (claims: number): number =>
  Math.min(LONGEST_PAUSE_SECONDS, 2 ** Math.max(0, claims - 1));

/** What is known about a try besides its fates. */
export interface Try {
  readonly safety: Safety;
  /** No try before it may have gone. */
  readonly isFirst: boolean;
  readonly claims: number;
  readonly settleSeconds: number;
}

/**
 * What follows from the fates of a batch's mails, by what the provider allows when no answer came.
 *
 * @param fates by the id of the recipient.
 */
export function judge(fates: ReadonlyMap<string, Fate>, tried: Try): Verdict {
  const kinds = new Set([...fates.values()].map(({ kind }) => kind));
  // One request, one answer: what is sent again must be all of it, or it is another request.
  if (kinds.has("unknown") && tried.safety === "key") {
    return verdict({
      state: "pending",
      errorCode: "no_answer",
      rest: waiting,
      againInSeconds: pauseAfter(tried.claims),
    });
  }
  const recipients = Object.fromEntries(
    [...fates].map(([id, fate]) => [id, markOf(fate, tried.safety)]),
  );
  const states = new Set(Object.values(recipients).map(({ state }) => state));
  const codes = [...fates.values()].flatMap((fate) => ("code" in fate ? [fate.code] : []));
  const errorCode = kinds.has("unknown") ? "no_answer" : (codes[0] ?? null);
  if (!states.has("pending")) {
    const state = states.has("uncertain") ? "uncertain" : states.has("sent") ? "sent" : "failed";
    return verdict({ state, errorCode, recipients });
  }
  const blocked = [...fates.values()].find((fate) => fate.kind === "blocked");
  return verdict({
    state: "pending",
    errorCode,
    rest: waiting,
    recipients,
    againInSeconds: pauseOf([...fates.values()], tried),
    isUntouched: tried.isFirst && !kinds.has("unknown"),
    pauseReason: blocked ? blocked.code : null,
  });
}

function markOf(fate: Fate, safety: Safety): RecipientMark {
  switch (fate.kind) {
    case "sent":
      return sent;
    case "refused":
      return { state: "failed", reason: fate.code };
    case "unknown":
      return safety === "none" ? uncertain("no_answer") : waiting;
    case "later":
    case "blocked":
      return waiting;
  }
}

function pauseOf(fates: readonly Fate[], { settleSeconds, claims }: Try): number {
  const pauses = fates.map((fate) => {
    if (fate.kind === "later") return fate.afterSeconds;
    return fate.kind === "unknown" ? settleSeconds : pauseAfter(claims);
  });
  return Math.max(1, ...pauses);
}
