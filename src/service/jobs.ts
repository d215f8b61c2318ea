import {
  Contended,
  CredentialsMissing,
  JobNotCancellable,
  JobNotFound,
  JobNotRetryable,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import { ringDue } from "#core/jobs/doorbells";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import {
  cancelledAt,
  type Job,
  mayCancel,
  mayRetry,
  requeuedAt,
  stateOf,
  toJob,
} from "#domain/jobs";
import { type Permission, reaches, rolesReachingAny } from "#domain/permissions";
import {
  abortIfJobIsReplaced,
  abortUnlessJobIs,
  cancelJob as cancelJobRow,
  requeueJob,
  selectJob,
  selectJobs,
} from "#repository/jobs";
import type { JobRow } from "#repository/models";

import { explainAborts } from "./aborts";
import { ask, perform } from "./perform";

export interface JobQuery {
  readonly status: Job["status"] | null;
  readonly kind: string | null;
}

/** A page of jobs, newest first: everybody's, or those the caller asked for, as their role has it. */
export async function listJobs(
  context: Context,
  caller: Caller,
  { status, kind }: JobQuery,
  page: PageRequest,
): Promise<Page<Job>> {
  const { credential } = caller;
  if (!credential) throw new CredentialsMissing();
  const reader = { credential, readAll: rolesReachingAny("jobs:read") };
  const filter = { state: status === null ? null : stateOf(status), kind };
  const { loaded } = await ask(context, caller, "jobs:read", [
    selectJobs(context.db, reader, filter, page),
  ]);
  const { items, next } = toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
  return { items: items.map(toJob), next };
}

/** @throws {JobNotFound} 40409, also for a job that the caller may not know of. */
export async function readJob(context: Context, caller: Caller, id: string): Promise<Job> {
  const { actor, loaded } = await ask(context, caller, "jobs:read", [selectJob(context.db, id)]);
  return toJob(expectJob(actor, "jobs:read", loaded[0][0]));
}

/**
 * Lets a job that failed or was cancelled run again, from where it was.
 *
 * @throws {JobNotFound} 40409
 * @throws {JobNotRetryable} 40907, also when another job does the same work meanwhile.
 * @throws {Contended} 40900
 */
export async function retryJob(context: Context, caller: Caller, id: string): Promise<Job> {
  const { job, lane } = await changeJob(context, caller, id, {
    action: "job.retry",
    change(found, moment) {
      if (!mayRetry(found)) throw new JobNotRetryable();
      return {
        row: requeuedAt(found, moment),
        statements: [
          abortIfJobIsReplaced(context.db, id, "job_replaced"),
          requeueJob(context.db, id, moment),
        ],
      };
    },
  });
  context.later(ringDue(context, [{ id, lane, delaySeconds: 0 }]));
  return job;
}

/**
 * Ends a job that waits; one that runs stops at its next checkpoint, and says so in its status then.
 *
 * @throws {JobNotFound} 40409, {@link JobNotCancellable} 40908, {@link Contended} 40900
 */
export async function cancelJob(context: Context, caller: Caller, id: string): Promise<Job> {
  const { job } = await changeJob(context, caller, id, {
    action: "job.cancel",
    change(found, moment) {
      if (!mayCancel(found)) throw new JobNotCancellable();
      return {
        row: cancelledAt(found, moment),
        statements: [cancelJobRow(context.db, id, moment)],
      };
    },
  });
  return job;
}

interface JobChange {
  readonly action: string;
  /** Throws when the job is not in a state for it. */
  readonly change: (
    row: JobRow,
    moment: string,
  ) => { readonly row: JobRow; readonly statements: Parameters<Context["db"]["batch"]>[0] };
}

/** Changes a job while it is in the state it was seen in. */
const changeJob = (
  context: Context,
  caller: Caller,
  id: string,
  { action, change }: JobChange,
): Promise<{ job: Job; lane: string }> =>
  explainAborts(
    () =>
      perform(context, caller, {
        permission: "jobs:manage",
        load: (db) => [selectJob(db, id)],
        decide: (actor, [[found]]) => {
          const row = expectJob(actor, "jobs:manage", found);
          const changed = change(row, now());
          return {
            result: { job: toJob(changed.row), lane: row.lane },
            statements: [
              abortUnlessJobIs(context.db, id, row.state, "job_moved"),
              ...changed.statements,
            ],
            audit: [{ action, entity: "job", entityId: id, version: null }],
          };
        },
      }),
    { job_moved: () => new Contended(), job_replaced: () => new JobNotRetryable() },
  );

/** @throws {JobNotFound} 40409 */
function expectJob(actor: Actor, permission: Permission, row: JobRow | undefined): JobRow {
  if (!row || !reaches(actor, permission, row.createdBy === actor.userId)) throw new JobNotFound();
  return row;
}
