import type { SendWish } from "#repository/models";

import { type Post, revisePost, unscheduled, withoutPlans } from "./posts";

/** When a post goes out, when it is taken back, and whom it is mailed to. */
export interface PublishPlan {
  readonly publishAt: string;
  readonly unpublishAt: string | null;
  readonly send: SendWish | null;
}

/** Nothing is planned further ahead. */
export const PLANNED_YEARS = 5;

/** Whether a moment lies ahead of another, and not too far. */
export function isAhead(moment: string, now: string): boolean {
  const limit = new Date(now);
  limit.setUTCFullYear(limit.getUTCFullYear() + PLANNED_YEARS);
  return moment > now && moment <= limit.toISOString();
}

/** The post as it waits for its time. The jobs it names are the only ones that may carry the plan out. */
export const planPost = (
  post: Post,
  { publishAt, unpublishAt, send }: PublishPlan,
  jobs: { readonly publishJobId: string; readonly unpublishJobId: string | null },
): Post =>
  revisePost(post, { status: "scheduled", publishAt, publishSend: send, unpublishAt, ...jobs });

/** Whether something is planned for a post. */
export const isPlanned = ({ publishAt, unpublishAt }: Post): boolean =>
  publishAt !== null || unpublishAt !== null;

/** The jobs that a post names. */
export const plannedJobs = ({ publishJobId, unpublishJobId }: Post): string[] =>
  [publishJobId, unpublishJobId].filter((id) => id !== null);

/** What a column of four bytes holds: nobody cares after 24 days how many more milliseconds it was. */
const LONGEST_LAG = 2_147_483_647;

/** The post when its time has come: dated as it was planned, and still to be taken back if that is planned. */
export function publishPlanned(post: Post, publishAt: string, now: string): Post {
  const { unpublishAt, unpublishJobId } = post;
  return revisePost(post, {
    ...unscheduled,
    unpublishAt,
    unpublishJobId,
    status: "published",
    publishedAt: publishAt,
    publishLag: Math.min(LONGEST_LAG, Math.max(0, Date.parse(now) - Date.parse(publishAt))),
  });
}

/** The post when it is to be out no longer. */
export const unpublishPlanned = (post: Post): Post =>
  revisePost(post, { ...withoutPlans(post), status: "draft" });
