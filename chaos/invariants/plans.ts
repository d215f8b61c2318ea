import type { Invariant } from "./invariant.ts";

interface Row {
  readonly id: string;
  readonly status: string;
  readonly published_at: string | null;
  readonly publish_lag: string | null;
  readonly publish_at: string | null;
  readonly published: string;
  readonly unpublished: string;
}

/** What was planned happened: once, with its own time as its date, and not before that. */
export const plansAreKept: Invariant = {
  id: "I2a",
  claim: "what was planned has happened, once, at its time and not before",
  async contradictions({ world, story }) {
    if (story.plans.length === 0) return [];
    const rows = await world.query<Row>(
      `select p.id, p.status, p.published_at, p.publish_lag, p.publish_at,
         count(*) filter (where a.action = 'post.publish') as published,
         count(*) filter (where a.action = 'post.unpublish') as unpublished
       from posts p join audit_entries a on a.entity_id = p.id and a.actor_id is null
       group by p.id`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return story.plans.flatMap(({ id, publishAt, isTakenBack }) => {
      const row = byId.get(id);
      const wanted = isTakenBack ? "draft" : "published";
      const isRight =
        row?.status === wanted &&
        row.publish_at === null &&
        Number(row.published) === 1 &&
        Number(row.unpublished) === (isTakenBack ? 1 : 0) &&
        new Date(row.published_at ?? 0).getTime() === Date.parse(publishAt) &&
        Number(row.publish_lag ?? 0) >= 0;
      return isRight
        ? []
        : [`post ${id}, planned for ${publishAt}, ${wanted}: ${JSON.stringify(row)}`];
    });
  },
};
