import {
  Contended,
  NobodyMissing,
  SendNotFound,
  SendStateUnfit,
  SendUnderWay,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { type NewJob, newJob } from "#core/jobs";
import type { Actor, Caller } from "#domain/actors";
import {
  type CountedSend,
  type Ledger,
  mayBe,
  newParts,
  type SendAction,
  toSend,
} from "#domain/sends";
import { prepareSendKind } from "#domain/task-kinds";
import {
  cancelSend as cancelSendRow,
  pauseSend as pauseSendRow,
  requireState,
  resumeSend as resumeSendRow,
  selectSend,
  selectSendBeside,
  SEND_CHANGED,
} from "#repository/sends";
import { reopenMissing, selectMissing } from "#repository/sends/audience";
import { explainAborts } from "#service/aborts";
import { type Decision, perform } from "#service/perform";

import type { SendPath } from "./read";

/**
 * Stops a send for a while: what a provider is asked for at this moment still goes.
 *
 * @throws {SendNotFound} 40431, {@link SendStateUnfit} 40933
 */
export const pauseSend = (context: Context, caller: Caller, path: SendPath) =>
  steer(context, caller, path, {
    action: "pause",
    decide: (send) => ({
      result: { ...send, state: "paused" },
      statements: [pauseSendRow(context.db, send.id, null)],
    }),
  });

/**
 * Lets a send go on, also one whose jobs have come to nothing.
 *
 * @throws {SendNotFound} 40431, {@link SendStateUnfit} 40933
 */
export const resumeSend = (context: Context, caller: Caller, path: SendPath) =>
  steer(context, caller, path, {
    action: "resume",
    decide: (send, actor) => {
      const options = { createdBy: actor.userId, requestId: context.requestId };
      if (send.state === "building") {
        const again = { ...options, dedupeKey: send.id };
        return {
          result: send,
          statements: [],
          jobs: [newJob(prepareSendKind, { sendId: send.id }, again)],
        };
      }
      if (send.state === "sending") {
        return { result: send, statements: [], jobs: newParts(send.id, "first", options) };
      }
      // Those of before may be about to end, because they have seen the pause.
      const jobs = newParts(send.id, newId(), options);
      const jobId = jobs[0].id;
      return {
        result: { ...send, state: "sending", pauseReason: null, jobId },
        statements: [resumeSendRow(context.db, send.id, jobId)],
        jobs,
      };
    },
  });

/**
 * Ends a send where it is. Who is still pending gets nothing of it any more.
 *
 * @throws {SendNotFound} 40431, {@link SendStateUnfit} 40933
 */
export const cancelSend = (context: Context, caller: Caller, path: SendPath) =>
  steer(context, caller, path, {
    action: "cancel",
    decide: (send) => {
      if (send.state === "cancelled") return { result: send, statements: [] };
      const moment = now();
      return {
        result: { ...send, state: "cancelled", pauseReason: null, finishedAt: moment },
        statements: cancelSendRow(context.db, send.id, moment),
      };
    },
  });

interface Steering {
  readonly action: SendAction;
  readonly decide: (
    send: CountedSend,
    actor: Actor,
  ) => Pick<Decision<CountedSend>, "result" | "statements"> & {
    readonly jobs?: readonly NewJob[];
  };
}

function steer(
  context: Context,
  caller: Caller,
  { newsletterId, sendId }: SendPath,
  { action, decide }: Steering,
): Promise<CountedSend> {
  const change = () =>
    perform(context, caller, {
      permission: "sends:write",
      load: (db) => [selectSend(db, newsletterId, sendId)],
      decide: (actor, [[send]]) => {
        const found = expectSend(send, action);
        const decision = decide(found, actor);
        return {
          ...decision,
          statements: [requireState(context.db, sendId, [found.state]), ...decision.statements],
          audit: [{ action: `send.${action}`, entity: "send", entityId: sendId, version: null }],
        };
      },
    });
  return explainAborts(change, { [SEND_CHANGED]: () => new Contended() });
}

/** @throws {SendNotFound} 40431, {@link SendStateUnfit} 40933 */
function expectSend(
  send: Parameters<typeof toSend>[0] | undefined,
  action: SendAction,
): CountedSend {
  if (!send) throw new SendNotFound();
  if (!mayBe(action, send)) throw new SendStateUnfit(send.state);
  return toSend(send);
}

/** How many one batch has of those who are sent to again: what one call to every provider can hold. */
const BATCH = 20;

/**
 * Sends again to whom it did not reach; to those of whom nobody knows only when asked to.
 *
 * @throws {SendNotFound} 40431, {@link SendStateUnfit} 40933, {@link SendUnderWay} 40932
 * @throws {NobodyMissing} 40934
 */
export function resendMissing(
  context: Context,
  caller: Caller,
  { newsletterId, sendId }: SendPath,
  includeUncertain: boolean,
): Promise<CountedSend> {
  const { db, requestId } = context;
  const missing = { sendId, includeUncertain };
  const again = () =>
    perform(context, caller, {
      permission: "sends:write",
      load: () => [
        selectSend(db, newsletterId, sendId),
        selectSendBeside(db, sendId),
        selectMissing(db, missing),
      ],
      decide: (actor, [[found], [other], [counts = { failed: 0, uncertain: 0 }]]) => {
        const send = expectSend(found, "resend-missing");
        if (other) throw new SendUnderWay(other.id);
        if (counts.failed + counts.uncertain === 0) throw new NobodyMissing();
        const note = { action: "send.resend-missing", entity: "send", entityId: sendId };
        const jobs = newParts(sendId, newId(), { createdBy: actor.userId, requestId });
        const jobId = jobs[0].id;
        return {
          result: { ...reopened(send, counts), jobId },
          statements: [
            requireState(db, sendId, ["sent"]),
            ...reopenMissing(db, missing, { batchSize: BATCH, jobId }),
          ],
          jobs,
          audit: [{ ...note, version: null, changes: { includeUncertain } }],
        };
      },
    });
  return explainAborts(again, { [SEND_CHANGED]: () => new Contended() });
}

/** The send with those pending again. */
function reopened(
  send: CountedSend,
  { failed, uncertain }: Pick<Ledger, "failed" | "uncertain">,
): CountedSend {
  const { ledger } = send;
  return toSend({
    ...send,
    state: "sending",
    pauseReason: null,
    finishedAt: null,
    ledger: {
      ...ledger,
      pending: ledger.pending + failed + uncertain,
      failed: ledger.failed - failed,
      uncertain: ledger.uncertain - uncertain,
    },
  });
}
