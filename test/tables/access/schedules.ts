import { type Access, asks, edited, shut, staffed } from "#test/tables/access-cells";

const missing = `${shut} | 40300 40401 40401 40401 40401 | 40401 40401 40303`;
/** About a draft, or whatever else strangers are not told of. */
const ownDraft = (code: string): string =>
  `${shut} | 40300 ${code} ${code} ${code} ${code} | ${code} ${code} 40303`;
const othersDraft = (code: string): string =>
  `${shut} | 40300 40401 ${code} ${code} ${code} | ${code} 40401 40303`;
const othersPublished = (code: string): string =>
  `${shut} | 40300 40300 ${code} ${code} ${code} | ${code} 40300 40303`;

/** What editors do with their own, and admins with everybody's. */
const othersSchedule = (code: string, refusal: string): string =>
  `${shut} | 40300 40300 ${refusal} ${code} ${code} | ${code} 40300 40303`;

export const schedulesAccess: Readonly<Record<string, Access>> = {
  "POST /v1/posts/{id}/schedule": asks(
    "posts:publish",
    {
      "own draft": ownDraft("200"),
      "other's draft": othersDraft("200"),
      "own planned": ownDraft("200"),
      "other's planned": othersDraft("200"),
      "own published": ownDraft("40901"),
      "other's published": othersPublished("40901"),
      "own draft, in the past": ownDraft("42250"),
      "own draft, taken back too early": ownDraft("42251"),
      "own draft, with a newsletter": `${shut} | 40300 40300 200 200 200 | 200 40300 40303`,
      "own draft, with an archived newsletter": `${shut} | 40300 40300 40931 40931 40931 | 40931 40300 40303`,
      "own draft, with a missing newsletter": `${shut} | 40300 40300 42204 42204 42204 | 42204 40300 40303`,
      missing,
    },
    "posts:read",
    "sends:write",
  ),
  "POST /v1/posts/{id}/schedule-unpublish": asks(
    "posts:publish",
    {
      "own published": ownDraft("200"),
      "other's published": othersPublished("200"),
      "own planned": ownDraft("200"),
      "other's planned": othersDraft("200"),
      "own draft": ownDraft("40902"),
      "other's draft": othersDraft("40902"),
      "own published, in the past": ownDraft("42250"),
      "own planned, before it is out": ownDraft("42251"),
      missing,
    },
    "posts:read",
  ),
  "POST /v1/posts/{id}/unschedule": asks(
    "posts:publish",
    {
      "own planned": ownDraft("200"),
      "other's planned": othersDraft("200"),
      "own draft": ownDraft("40950"),
      "other's draft": othersDraft("40950"),
      missing,
    },
    "posts:read",
  ),

  "POST /v1/report-schedules": asks("reports:schedule", {
    "for oneself": edited("201"),
    "for nobody there is": edited("42204"),
    "for oneself, in a century": edited("42250"),
  }),
  "GET /v1/report-schedules": asks("reports:schedule", {
    own: edited("in"),
    "other's": othersSchedule("in", "out"),
  }),
  "GET /v1/report-schedules/{id}": asks("reports:schedule", {
    own: edited("200"),
    "other's": othersSchedule("200", "40450"),
    missing: edited("40450"),
  }),
  "PATCH /v1/report-schedules/{id}": asks("reports:schedule", {
    own: edited("200"),
    "other's": othersSchedule("200", "40450"),
    "own, for nobody there is": edited("42204"),
    "own, in a century": edited("42250"),
    missing: edited("40450"),
  }),
  "DELETE /v1/report-schedules/{id}": asks("reports:schedule", {
    own: edited("204"),
    "other's": othersSchedule("204", "40450"),
    missing: edited("40450"),
  }),

  "GET /v1/jobs/{id}/events": asks("jobs:read", {
    own: staffed("200"),
    "other's": `${shut} | 40409 40409 200 200 200 | 200 40409 40303`,
    "nobody's": `${shut} | 40409 40409 200 200 200 | 200 40409 40303`,
    missing: staffed("40409"),
  }),
};
