import type { JobRow } from "#repository/models";

/** What people are told about a job's state. */
export type WorkStatus = "queued" | "running" | "done" | "failed" | "cancelled";

/** How work stands, as people are told. */
export interface WorkState {
  readonly status: WorkStatus;
  /** From 0 to 1, and 1 only when everything is done. */
  readonly progress: number;
  /** Why it failed; null while it may still succeed. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

type StateColumns = Pick<JobRow, "state" | "doneCount" | "totalCount" | "errorCode" | "lastError">;

const statuses: Readonly<Record<JobRow["state"], WorkStatus>> = {
  ready: "queued",
  running: "running",
  done: "done",
  dead: "failed",
  cancelled: "cancelled",
};

export const statusOf = ({ state }: Pick<JobRow, "state">): WorkStatus => statuses[state];

/** From 0 to 1, and 1 only when everything is done. */
export function progressOf({
  state,
  doneCount,
  totalCount,
}: Pick<JobRow, "state" | "doneCount" | "totalCount">): number {
  if (state === "done") return 1;
  if (totalCount === null || totalCount === 0) return 0;
  return Math.min(Math.floor((doneCount / totalCount) * 100) / 100, 0.99);
}

/** Why the work failed; null while it may still succeed. */
export const errorOf = ({
  state,
  errorCode,
  lastError,
}: Pick<JobRow, "state" | "errorCode" | "lastError">): WorkState["error"] =>
  state === "dead" ? { code: errorCode ?? "failed", message: lastError ?? "It failed." } : null;

/** How a job stands, from its row. */
export const workStateOf = (job: StateColumns): WorkState => ({
  status: statusOf(job),
  progress: progressOf(job),
  error: errorOf(job),
});
