import type { JobRow } from "#repository/models";

import { type WorkState, workStateOf } from "./job-states";

/** Background work, as the people who asked for it see it. */
export interface Job extends WorkState {
  readonly id: string;
  readonly kind: string;
  /** How much is done, in whatever the kind counts: bytes of an import, hundredths of a report. */
  readonly done: number;
  /** Null while nobody knows. */
  readonly total: number | null;
  /** How often it was begun, without the times it was put down in good order. */
  readonly attempts: number;
  readonly failures: number;
  readonly maxFailures: number;
  readonly result: unknown;
  readonly runAt: string;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

export const toJob = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  ...workStateOf(row),
  done: row.doneCount,
  total: row.totalCount,
  attempts: row.claims,
  failures: row.failures,
  maxFailures: row.maxFailures,
  result: row.result,
  runAt: row.runAt,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
});

const states: Readonly<Record<Job["status"], JobRow["state"]>> = {
  queued: "ready",
  running: "running",
  done: "done",
  failed: "dead",
  cancelled: "cancelled",
};

export const stateOf = (status: Job["status"]): JobRow["state"] => states[status];

export const mayCancel = ({ state }: JobRow): boolean => state === "ready" || state === "running";

export const mayRetry = ({ state }: JobRow): boolean => state === "dead" || state === "cancelled";

/** The job after somebody cancelled it: one that runs goes on until it hears of it. */
export const cancelledAt = (row: JobRow, moment: string): JobRow =>
  row.state === "ready"
    ? { ...row, state: "cancelled", finishedAt: moment }
    : { ...row, cancelRequestedAt: row.cancelRequestedAt ?? moment };

/** The job with all its chances again, to go on from its cursor. */
export const requeuedAt = (row: JobRow, moment: string): JobRow => ({
  ...row,
  state: "ready",
  runAt: moment,
  claims: 0,
  failures: 0,
  cancelRequestedAt: null,
  finishedAt: null,
  errorCode: null,
  lastError: null,
});
