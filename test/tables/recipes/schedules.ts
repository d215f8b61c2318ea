import { eq } from "drizzle-orm";

import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { firstDue, newReportSchedule } from "#domain/report-schedules";
import { runReportScheduleKind } from "#domain/task-kinds";
import { insertJob } from "#repository/jobs";
import { newsletters, posts } from "#repository/models";
import { insertReportSchedule } from "#repository/report-schedules";
import { inSeconds } from "#test/support/plans";
import {
  about,
  eachListed,
  missing,
  type People,
  post,
  type Recipe,
  type Target,
} from "#test/tables/recipe-parts";
import { db, givenJobOf, givenPostOf } from "#test/tables/things";

const published = { status: "published" } as const;

/** Moments are said anew with each request: the past of one is not that of the next. */
const soon = () => inSeconds(3600);
const later = () => inSeconds(7200);
const going = (): Target => ({ body: { publish_at: soon() } });
const coming = (): Target => ({ body: { unpublish_at: later() } });

/** A draft or published post, and what is asked of it. */
const of =
  (whose: keyof People, options: Parameters<typeof post>[1], rest: () => Target): Recipe =>
  async (people) =>
    post(whose, options, rest())(people);

/** A post that waits to go out, at its first version. */
const planned =
  (whose: keyof People, rest: () => Target = () => ({})): Recipe =>
  async (people) => {
    const { id } = await givenPostOf(people[whose]);
    const plan = { status: "scheduled", publishAt: soon(), publishJobId: newId() } as const;
    await db.update(posts).set(plan).where(eq(posts.id, id));
    return about(id, rest());
  };

async function givenNewsletter(status: "active" | "archived"): Promise<string> {
  const id = newId();
  await db.insert(newsletters).values({ id, slug: `letter-${id}`, name: "Letter", status });
  return id;
}

const schedule =
  (whose: keyof People, rest: Target = {}): Recipe =>
  async (people) => {
    const { id: createdBy } = people[whose];
    const id = newId();
    const nextAt = firstDue("weekly", null, new Date().toISOString());
    const job = newJob(runReportScheduleKind, { scheduleId: id }, { runAt: nextAt, createdBy });
    const row = newReportSchedule({
      id,
      createdBy,
      frequency: "weekly",
      recipients: [createdBy],
      nextAt,
      jobId: job.id,
    });
    await db.batch([insertJob(db, job), insertReportSchedule(db, row)]);
    return about(id, rest);
  };

const job =
  (whose: keyof People | null): Recipe =>
  async (people) =>
    about(await givenJobOf(whose === null ? null : people[whose].id, "done"));

const century = { start: "2099-01-01" };

export const schedulesRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "POST /v1/posts/{id}/schedule": {
    "own draft": of("holder", {}, going),
    "other's draft": of("other", {}, going),
    "own planned": planned("holder", going),
    "other's planned": planned("other", going),
    "own published": of("holder", published, going),
    "other's published": of("other", published, going),
    "own draft, in the past": of("holder", {}, () => ({ body: { publish_at: inSeconds(-1) } })),
    "own draft, taken back too early": of("holder", {}, () => ({
      body: { publish_at: later(), unpublish_at: soon() },
    })),
    "own draft, with a newsletter": async (people) => {
      const id = await givenNewsletter("active");
      const newsletter = { id, segment: { labels: ["a"], without: [] } };
      return of("holder", {}, () => ({ body: { publish_at: soon(), newsletter } }))(people);
    },
    "own draft, with an archived newsletter": async (people) => {
      const newsletter = { id: await givenNewsletter("archived") };
      return of("holder", {}, () => ({ body: { publish_at: soon(), newsletter } }))(people);
    },
    "own draft, with a missing newsletter": of("holder", {}, () => ({
      body: { publish_at: soon(), newsletter: { id: newId() } },
    })),
    missing: missing({ body: { publish_at: soon() } }),
  },
  "POST /v1/posts/{id}/schedule-unpublish": {
    "own published": of("holder", published, coming),
    "other's published": of("other", published, coming),
    "own planned": planned("holder", coming),
    "other's planned": planned("other", coming),
    "own draft": of("holder", {}, coming),
    "other's draft": of("other", {}, coming),
    "own published, in the past": of("holder", published, () => ({
      body: { unpublish_at: inSeconds(-1) },
    })),
    "own planned, before it is out": planned("holder", () => ({
      body: { unpublish_at: inSeconds(60) },
    })),
    missing: missing({ body: { unpublish_at: later() } }),
  },
  "POST /v1/posts/{id}/unschedule": {
    "own planned": planned("holder"),
    "other's planned": planned("other"),
    "own draft": post("holder"),
    "other's draft": post("other"),
    missing: missing(),
  },

  "POST /v1/report-schedules": {
    "for oneself": ({ holder }) => ({ body: { frequency: "weekly", recipients: [holder.id] } }),
    "for nobody there is": () => ({ body: { frequency: "weekly", recipients: [newId()] } }),
    "for oneself, in a century": ({ holder }) => ({
      body: { frequency: "monthly", recipients: [holder.id], ...century },
    }),
  },
  "GET /v1/report-schedules": eachListed({ own: schedule("holder"), "other's": schedule("other") }),
  "GET /v1/report-schedules/{id}": {
    own: schedule("holder"),
    "other's": schedule("other"),
    missing: missing(),
  },
  "PATCH /v1/report-schedules/{id}": {
    own: schedule("holder", { body: { frequency: "monthly" } }),
    "other's": schedule("other", { body: { frequency: "monthly" } }),
    "own, for nobody there is": schedule("holder", { body: { recipients: [newId()] } }),
    "own, in a century": schedule("holder", { body: century }),
    missing: missing({ body: { frequency: "monthly" } }),
  },
  "DELETE /v1/report-schedules/{id}": {
    own: schedule("holder"),
    "other's": schedule("other"),
    missing: missing(),
  },

  "GET /v1/jobs/{id}/events": {
    own: job("holder"),
    "other's": job("other"),
    "nobody's": job(null),
    missing: missing(),
  },
};
