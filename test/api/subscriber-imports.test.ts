import { exports } from "cloudflare:workers";
import { eq, inArray, sql } from "drizzle-orm";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";

import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { addressHashOf } from "#domain/suppressions";
import { importSubscribersKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { subscribers, subscriptions } from "#repository/models";
import { insertSubscriberImport } from "#repository/subscriber-imports";
import { upsertSuppression } from "#repository/suppressions";
import { runDueJobs } from "#test/support/background";
import {
  breakDatabase,
  deliver,
  doorbellFor,
  givenPlant,
  passTime,
  readJob,
} from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { ORIGIN, send } from "#test/support/requests";
import {
  givenNewsletter,
  givenSubscriber,
  newReader,
  submit,
  tokenFor,
} from "#test/support/subscribers";

const { context } = givenPlant();
const { db, settings, files } = context;

const admin = await givenUser({ role: "admin" });
const { headers } = admin;
const letter = await givenNewsletter({ isDefault: true });
const other = await givenNewsletter();

async function order(
  list: string | Uint8Array,
  query: Record<string, string> = {},
  more: Record<string, string> = {},
) {
  const search = new URLSearchParams({ attestation: "They all said yes.", ...query });
  const response = await exports.default.fetch(
    `${ORIGIN}/v1/subscribers/import?${search.toString()}`,
    {
      method: "POST",
      headers: { ...headers, ...more, "content-type": "text/csv; charset=utf-8" },
      body: list,
    },
  );
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json<{ id: string; internal_code?: number }>(),
  };
}

const readImport = async (id: string) =>
  (await send("GET", `/v1/subscribers/imports/${id}`, { headers })).body;

async function importAll(list: string | Uint8Array, query?: Record<string, string>) {
  const { body } = await order(list, query);
  await runDueJobs();
  return readImport(body.id);
}

const counts = (result: Record<string, number>) => ({
  created: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  ...result,
});

async function find(email: string) {
  const [row] = await db.select().from(subscribers).where(eq(subscribers.email, email));
  if (!row) return undefined;
  const own = await db.select().from(subscriptions).where(eq(subscriptions.subscriberId, row.id));
  return { ...row, newsletters: own.map(({ newsletterId }) => newsletterId).toSorted() };
}

async function suppress(email: string) {
  const addressHash = await addressHashOf(settings.APP_SECRET, email);
  await upsertSuppression(db, { id: newId(), createdAt: now(), addressHash, reason: "complaint" });
}

const exportAll = async (query = "") => {
  const response = await exports.default.fetch(`${ORIGIN}/v1/subscribers/export${query}`, {
    headers,
  });
  return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
};

describe("an import of subscribers", () => {
  it("answers at once, takes them in later, and remembers on whose word", async () => {
    const [ada, bob] = [newReader(), newReader()];
    const list = `email,name,labels,newsletters,created_at\n${ada},"Lovelace, Ada","early, press",${other.slug},2020-02-29\n${bob},,,,\n`;
    const started = await order(list, { labels: "moved" });
    expect(started.status).toBe(202);
    expect(started.headers.get("location")).toBe(`/v1/subscribers/imports/${started.body.id}`);
    await runDueJobs();
    expect(await readImport(started.body.id)).toMatchObject({
      status: "done",
      progress: 1,
      attestation: "They all said yes.",
      result: counts({ created: 2 }),
      failures: [],
    });
    expect(await find(ada)).toMatchObject({
      status: "active",
      name: "Lovelace, Ada",
      labels: ["moved", "early", "press"],
      newsletters: [other.id],
      source: "import",
      createdAt: "2020-02-29T00:00:00.000Z",
    });
    expect(await find(bob)).toMatchObject({ name: null, newsletters: [] });
    expect((await files.list({ prefix: "imports/subscribers" })).objects).toEqual([]);
  });

  it("brings nobody back who has left, is suppressed, or was erased and is suppressed", async () => {
    const [left, complained] = [
      await givenSubscriber({ status: "unsubscribed" }),
      await givenSubscriber({ status: "suppressed" }),
    ];
    const erased = newReader();
    await Promise.all([suppress(complained.email), suppress(erased)]);
    const half = await givenSubscriber({ newsletters: [letter, other] });
    await submit(`/unsubscribe?token=${await tokenFor("unsubscribe", half.id, letter.id)}`, {});
    const mine = await givenSubscriber({ newsletters: [letter] });
    await submit(`/preferences?token=${await tokenFor("preferences", mine.id)}`, {
      action: "leave",
    });
    const said = newReader();
    const emails = [left.email, complained.email, erased.toUpperCase(), half.email, mine.email];
    const lines = [...emails.map((email) => `${email},active`), `${said},unsubscribed`];
    for (const query of [{}, { newsletters: letter.id, labels: "back" }]) {
      const ended = await importAll(`email,status\n${lines.join("\n")}`, query);
      expect(ended.result.skipped).toBe(5);
    }
    expect(await find(left.email)).toMatchObject({ status: "unsubscribed", version: 1 });
    expect(await find(complained.email)).toMatchObject({ status: "suppressed", version: 1 });
    expect(await find(erased)).toBeUndefined();
    expect(await find(said)).toBeUndefined();
    expect(await find(half.email)).toMatchObject({ newsletters: [other.id], labels: ["back"] });
    expect(await find(mine.email)).toMatchObject({ status: "unsubscribed", newsletters: [] });
  });

  it("says nothing new the second time, and adds what is new the third", async () => {
    const emails = Array.from({ length: 3 }, newReader);
    const list = `email,name\n${emails.map((email) => `${email},Ada`).join("\n")}\n`;
    expect((await importAll(list)).result).toEqual(counts({ created: 3 }));
    expect(await find(emails[0] ?? "")).toMatchObject({ newsletters: [letter.id] });
    expect((await importAll(list)).result).toEqual(counts({ unchanged: 3 }));
    expect(await find(emails[0] ?? "")).toMatchObject({ version: 1 });
    const more = list.replace("Ada", "Bea");
    expect((await importAll(more)).result).toEqual(counts({ updated: 1, unchanged: 2 }));
    expect((await importAll(list, { labels: "x" })).result).toEqual(counts({ updated: 3 }));
  });

  it("lets whoever waits to confirm in, on the word of whoever imports them", async () => {
    const email = newReader();
    await send("POST", "/v1/subscribe", {
      body: { email },
      headers: { "cf-connecting-ip": "192.0.2.77" },
    });
    expect((await importAll(`email\n${email}\n`)).result).toEqual(counts({ updated: 1 }));
    expect(await find(email)).toMatchObject({ status: "active", newsletters: [letter.id] });
  });

  it("accounts for every line, and names those that failed by their number", async () => {
    const [good, twice, quoted] = [newReader(), newReader(), newReader()];
    const list = [
      "\uFEFFName;E-Mail;Labels;Created At;Nonsense",
      `Ada;${good};"one
two";;`,
      `Ada;${good};;;`,
      "",
      `"Ada ""the first""";${quoted};a, b;2020-01-01 10:00:00;x`,
      ";;;;",
      `Bob;no address;;;`,
      `Bob;${twice};;;`,
      `Bo"b;${twice};${"x".repeat(60)};;`,
      `${"n".repeat(101)};${newReader()};;;`,
      `"Bob;${newReader()};;;`,
      `"Bob"by;${newReader()};;;`,
      `Bob;${newReader()};;2099-01-01;`,
      `Bob;"a@b.example,c@d.example";;;`,
      `Bob;${twice};;;`,
    ].join("\r\n");
    const ended = await importAll(list);
    expect(
      ended.failures.map(({ line, code }: { line: number; code: string }) => [line, code]),
    ).toEqual([
      [2, "labels_invalid"],
      [8, "email_invalid"],
      [10, "labels_invalid"],
      [11, "name_too_long"],
      [12, "quotes_broken"],
      [13, "quotes_broken"],
      [14, "created_at_invalid"],
      [15, "email_invalid"],
    ]);
    expect(ended.result).toEqual(counts({ created: 3, unchanged: 1, failed: 8 }));
    expect(JSON.stringify(ended)).not.toContain("@");
    expect(await find(quoted)).toMatchObject({
      name: 'Ada "the first"',
      labels: ["a", "b"],
      createdAt: "2020-01-01T10:00:00.000Z",
    });
  });

  it("reads what spreadsheets write: other separators, ends of lines, and characters", async () => {
    const emails = Array.from({ length: 4 }, newReader);
    const [a, b, c, d] = emails;
    const lists = [
      `email\tname\r${a}\tJosé\r`,
      `EMAIL|Name\n${b}|José`,
      `name,email\n"José",${c}\n`,
    ];
    for (const list of lists)
      expect((await importAll(list)).result).toEqual(counts({ created: 1 }));
    const bytes = Uint8Array.from(`email;name\r\n${d};José\r\n`, (each) => each.charCodeAt(0));
    expect((await importAll(bytes)).result).toEqual(counts({ created: 1 }));
    const rows = await db.select().from(subscribers).where(inArray(subscribers.email, emails));
    expect(rows.map(({ name }) => name)).toEqual(["José", "José", "José", "José"]);
  });

  it.each([
    ["nothing", ""],
    ["no column with addresses", "name,phone\nAda,1\n"],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x65, 0, 0x6d, 0])],
    ["a picture", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ])("fails with a reason when there is %s", async (_what, list) => {
    const ended = await importAll(list);
    expect(ended).toMatchObject({ status: "failed", error: { code: "columns_unknown" } });
  });

  it("is one import however often it is ordered under one key", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const list = `email\n${newReader()}\n`;
    const first = await order(list, {}, key);
    const second = await order(list, {}, key);
    expect([second.body.id, second.headers.get("idempotency-replayed")]).toEqual([
      first.body.id,
      "true",
    ]);
    expect((await order(`${list} `, {}, key)).body.internal_code).toBe(42201);
  });

  it("of thousands goes on where a worker died, and takes nobody in twice", async () => {
    const mark = crypto.randomUUID();
    const emails = Array.from({ length: 2300 }, (_, index) => `r${index}-${mark}@example.com`);
    const list = `email,name\n${emails.map((email) => `${email},"A ${"x".repeat(80)}"`).join("\n")}\n`;
    const id = newId();
    const objectKey = `imports/subscribers-${id}.csv`;
    await files.put(objectKey, list);
    const job = newJob(importSubscribersKind, { importId: id });
    const row = { id, jobId: job.id, createdBy: null, objectKey, size: list.length };
    await db.batch([
      insertJob(db, job),
      insertSubscriberImport(db, {
        ...row,
        attestation: "Yes.",
        newsletterIds: [letter.id],
        labels: [],
      }),
    ]);
    let strikes = 0;
    for (const [at, fault] of [
      [6, "killed after"],
      [5, "killed before"],
      [5, "reply lost"],
    ] as const) {
      const { struck, restore } = breakDatabase(at, fault);
      const dying = deliver(givenPlant().context, tasks, [doorbellFor(job.id)]).catch(
        () => undefined,
      );
      // The worker's own queue works in the same place, and may be what is struck.
      await Promise.race([struck.then(() => (strikes += 1)), dying]);
      if (fault === "reply lost") await dying;
      restore();
      await passTime(db, 7200);
    }
    expect(strikes).toBeGreaterThan(0);
    for (let tries = 0; tries < 8 && (await readJob(db, job.id)).state !== "done"; tries += 1) {
      await passTime(db, 7200);
      await deliver(givenPlant().context, tasks, [doorbellFor(job.id)]);
    }
    expect((await readJob(db, job.id)).state).toBe("done");
    expect((await readImport(id)).result).toEqual(counts({ created: 2300 }));
    const mine = sql`email like ${`%-${mark}@example.com`}`;
    expect(await db.$count(subscribers, mine)).toBe(2300);
    expect(await db.$count(subscribers, sql`${mine} and version > 1`)).toBe(0);
  });
});

describe("an export of subscribers", () => {
  const hostile = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\uff1dcmd",
    "'=x",
    "''+y",
    "'quoted'",
    'a "b", c;d',
    "'",
    "Ünïcödé 🎈",
    "a,b",
  ];

  it("holds nothing that a spreadsheet takes for a formula, and is imported again unharmed", async () => {
    const label = `l-${crypto.randomUUID().slice(0, 8)}`;
    const given = [];
    for (const name of hostile) {
      given.push(
        await givenSubscriber({
          name,
          labels: [label, "-minus", "=label"],
          newsletters: [letter, other],
        }),
      );
    }
    given.push(await givenSubscriber({ email: `=cmd-${label}@example.com`, labels: [label] }));
    const { headers: told, bytes } = await exportAll(`?label=${label}`);
    expect(told.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(told.get("content-disposition")).toBe('attachment; filename="subscribers.csv"');
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const { data } = Papa.parse<string[]>(new TextDecoder().decode(bytes).trimEnd(), {
      delimiter: ",",
    });
    expect(data.length).toBe(given.length + 1);
    expect(
      data.flat().filter((cell) => /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u.test(cell)),
    ).toEqual([]);

    const before = await Promise.all(given.map(({ email }) => find(email)));
    const again = await importAll(bytes);
    expect(await Promise.all(given.map(({ email }) => find(email)))).toEqual(before);
    expect(again.result).toEqual(counts({ unchanged: given.length }));

    await db.delete(subscribers).where(sql`labels @> array[${label}]::text[]`);
    expect((await importAll(bytes)).result).toEqual(counts({ created: given.length }));
    const after = await Promise.all(given.map(({ email }) => find(email)));
    const kept = (rows: typeof before) =>
      rows.map((row) => [row?.email, row?.name, row?.labels, row?.newsletters, row?.createdAt]);
    expect(kept(after)).toEqual(kept(before));
  });

  it("brings nobody back by its own lines", async () => {
    const label = `l-${crypto.randomUUID().slice(0, 8)}`;
    const statuses = ["pending", "unsubscribed", "suppressed"] as const;
    const given = await Promise.all(
      statuses.map((status) => givenSubscriber({ status, labels: [label] })),
    );
    const { bytes } = await exportAll(`?label=${label}`);
    await db.delete(subscribers).where(sql`labels @> array[${label}]::text[]`);
    expect((await importAll(bytes)).result).toEqual(counts({ skipped: 3 }));
    expect(await Promise.all(given.map(({ email }) => find(email)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("of more than fits a page is whole, each once, in one order", async () => {
    const label = `l-${crypto.randomUUID().slice(0, 8)}`;
    await db.execute(sql`
      insert into subscribers (email, status, labels, source)
      select 'bulk-' || n || '-' || ${label}::text || '@example.com', 'active', array[${label}::text], 'import'
      from generate_series(1, 2501) n`);
    const { bytes } = await exportAll(`?label=${label}&status=active`);
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\r\n").slice(1);
    expect([lines.length, new Set(lines).size]).toEqual([2501, 2501]);
  });
});
