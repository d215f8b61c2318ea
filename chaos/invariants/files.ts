import type { Invariant } from "./invariant.ts";

interface Pointer {
  readonly what: string;
  readonly key: string;
  readonly size: string;
  readonly sha256: string | null;
}

const pointers: Invariant = {
  id: "I11",
  claim: "every file that the database names is there, with the size and digest that it names",
  async contradictions({ world }) {
    const named = await world.query<Pointer>(
      `select 'report ' || id as what, object_key as key, size, sha256 from reports
         where object_key is not null and deleted_at is null
       union all select 'variant of ' || m.id, v ->> 'objectKey', (v ->> 'size')::bigint, null
         from media m cross join lateral jsonb_array_elements(m.variants) v
       union all select 'media ' || id, object_key, size, null from media where object_key is not null
       union all select 'import ' || i.id, i.object_key, i.size, null from imports i join jobs j on j.id = i.job_id
         where j.state not in ('done', 'cancelled')`,
    );
    return named.flatMap(({ what, key, size, sha256 }) => {
      const kept = world.files.objects.get(key);
      if (!kept) return [`${what}: ${key} is not there`];
      if (kept.size !== Number(size))
        return [`${what}: ${key} has ${kept.size} bytes, not ${size}`];
      if (sha256 !== null && kept.digest !== sha256) return [`${what}: ${key} has another digest`];
      return [];
    });
  },
};

const taken: Invariant = {
  id: "I11a",
  claim: "what was uploaded is ready, and equal files are one",
  async contradictions({ world, story }) {
    const rows = await world.query<{
      id: string;
      status: string;
      object_key: string | null;
      error_code: string | null;
    }>(`select id, status, object_key, error_code from media`);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return story.uploads.flatMap((id) => {
      const row = byId.get(id);
      const digest = world.files.objects.get(row?.object_key ?? "")?.digest;
      const isRight =
        row?.status === "ready" && digest !== undefined && row.object_key?.includes(digest);
      return isRight ? [] : [`media ${id}: ${JSON.stringify(row)}`];
    });
  },
};

export const fileInvariants = [pointers, taken];
