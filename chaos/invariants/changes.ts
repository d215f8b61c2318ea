import { isDeepStrictEqual } from "node:util";

import type { Reply } from "#chaos/load/client";

import { byQuery, type Evidence, type Invariant } from "./invariant.ts";

/** Kinds of jobs, and the row that each is about. */
const subjects = [
  ["import-documents", "importId", "imports"],
  ["draw-report", "reportId", "reports"],
  ["mail-invite", "tokenId", "mail_tokens"],
  ["announce-event", "eventId", "events"],
] as const;

const companions = byQuery(
  "I1",
  "a change has its audit entry, its revision, its job and its event, and none of these is without the change",
  `select id, version from posts p where p.version <>
     (select count(*) from audit_entries a where a.entity = 'post' and a.entity_id = p.id and a.version is not null)`,
  `select id, version from posts p where p.version < (select count(*) from post_revisions r where r.post_id = p.id)`,
  ...subjects.flatMap(([kind, argument, table]) => [
    `select j.kind, j.args from jobs j where kind = '${kind}'
     and not exists (select 1 from ${table} t where t.id = (j.args ->> '${argument}')::uuid)`,
  ]),
  `select e.type, e.id from events e where not exists (
     select 1 from jobs j where j.kind = 'announce-event' and j.args ->> 'eventId' = e.id::text)`,
  `select t.email from mail_tokens t where t.purpose = 'invite' and not exists (
     select 1 from jobs j where j.kind = 'mail-invite' and j.args ->> 'tokenId' = t.id::text)`,
  `select 'import' as what, id from imports i where not exists (
     select 1 from audit_entries a where a.action = 'import.start' and a.entity_id = i.id)
   union all select 'report', id from reports r where not exists (
     select 1 from audit_entries a where a.action = 'report.order' and a.entity_id = r.id)`,
);

const acknowledged: Invariant = {
  id: "I1a",
  claim: "what was acknowledged is there",
  async contradictions({ world, story }) {
    const rows = await world.query<{
      id: string;
      version: string;
      title: string;
      status: string;
      gone: string;
    }>(
      `select id, version, title, status, (deleted_at is not null)::text as gone from posts where import_path is null`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return story.posts.flatMap((post) => {
      const row = byId.get(post.id);
      if (!row) return [`post ${post.id} (${post.mark}) is not there`];
      const isDeleted = row.gone === "true";
      if (isDeleted !== post.isDeleted)
        return [`post ${post.mark} should be ${post.isDeleted ? "in the trash" : "there"}`];
      const isSame =
        Number(row.version) === post.version &&
        row.title === post.title &&
        row.status === post.status;
      if (isSame || post.isDeleted) return [];
      return [
        `post ${post.mark} is ${JSON.stringify(row)}, not version ${post.version} “${post.title}” ${post.status}`,
      ];
    });
  },
};

/** How many times an effect with this mark is there. */
const effects: Readonly<Record<string, string>> = {
  "/v1/posts": `select metadata ->> 'mark' as marker, count(*)::int as count from posts where metadata ? 'mark' group by 1`,
  "/v1/invites": `select 'invite-' || split_part(email, '@', 1) as marker, count(*)::int as count from mail_tokens group by 1`,
};

const once: Invariant = {
  id: "I12",
  claim:
    "one key, one effect: a receipt is there if and only if its effect is, and every answer is the first one",
  async contradictions(evidence) {
    const { world, story } = evidence;
    const found: string[] = [];
    const receipts = await world.query<{ key: string; count: string }>(
      `select key, count(*) from receipts group by key`,
    );
    const byKey = new Map(receipts.map(({ key, count }) => [key, Number(count)]));
    for (const { key, replies } of story.keyed) {
      const good = replies.filter(({ status }) => status < 300);
      const kept = byKey.get(key) ?? 0;
      if (kept !== (good.length > 0 ? 1 : 0))
        found.push(`${key}: ${good.length} answers, ${kept} receipts`);
      const [first, ...others] = good;
      if (first && others.some((other) => !isSame(first, other))) {
        found.push(
          `${key}: answered ${[first, ...others].map(({ bytes }) => bytes.toString()).join(" and then ")}`,
        );
      }
    }
    return [...found, ...(await countEffects(evidence)), ...(await countDocuments(evidence))];
  },
};

const isSame = (one: Reply, other: Reply): boolean =>
  one.status === other.status && isDeepStrictEqual(one.body, other.body);

async function countEffects({ world, story }: Evidence): Promise<string[]> {
  const found: string[] = [];
  for (const [path, text] of Object.entries(effects)) {
    const rows = await world.query<{ marker: string; count: string }>(text);
    const counts = new Map(rows.map(({ marker, count }) => [marker.toLowerCase(), Number(count)]));
    for (const { marker, replies } of story.keyed.filter((request) => request.path === path)) {
      const wanted = replies.some(({ status }) => status < 300) ? 1 : 0;
      const count = counts.get(marker.toLowerCase()) ?? 0;
      if (count !== wanted)
        found.push(`POST ${path} ${marker}: ${count} effects, wanted ${wanted}`);
    }
  }
  return found;
}

/** Every document of an import is one post, counted once. */
async function countDocuments({ world, story }: Evidence): Promise<string[]> {
  const posts = await world.query<{ mark: string; count: string }>(
    `select split_part(import_path, '/', 1) as mark, count(*) from posts where import_path is not null group by 1`,
  );
  const counts = new Map(posts.map(({ mark, count }) => [mark, Number(count)]));
  const imports = await world.query<{ id: string; state: string; counted: string }>(
    `select i.id, j.state, concat_ws('/', created_count, updated_count, unchanged_count, failed_count) as counted
     from imports i join jobs j on j.id = i.job_id`,
  );
  const byId = new Map(imports.map((row) => [row.id, row]));
  return story.keyed.flatMap(({ path, marker, replies }) => {
    const reply = replies.find(({ status }) => status === 202);
    if (path !== "/v1/imports" || !reply) return [];
    const [, wanted = "", mark = ""] = /^import-(\d+)-(.*)$/u.exec(marker) ?? [];
    const row = byId.get(String(reply.body["id"]));
    const isRight =
      counts.get(mark) === Number(wanted) &&
      row?.state === "done" &&
      row.counted === `${wanted}/0/0/0`;
    return isRight
      ? []
      : [`${marker}: ${counts.get(mark) ?? 0} posts, import ${JSON.stringify(row)}`];
  });
}

export const changeInvariants = [companions, acknowledged, once];
