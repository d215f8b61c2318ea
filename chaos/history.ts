import type { Pool } from "pg";

/**
 * What the database remembers for the harness, in a schema of its own: every change of a job with both its
 * sides, and in which transaction what only tasks may change was changed.
 */
const schema = `
create schema chaos;
create table chaos.job_log (
  seq bigserial primary key, at timestamptz not null default clock_timestamp(), tx bigint not null default txid_current(),
  job_id uuid not null, kind text not null, old_state text, new_state text, old_token uuid, new_token uuid,
  claims int, old_done bigint, new_done bigint, total bigint, lease_until timestamptz, run_at timestamptz);
create table chaos.effect_log (
  seq bigserial primary key, at timestamptz not null default clock_timestamp(), tx bigint not null default txid_current(),
  what text not null, row_id uuid not null, old_state text, new_state text);
create index on chaos.job_log (job_id, seq);
create index on chaos.job_log (tx);
create index on chaos.effect_log (row_id, seq);

create function chaos.log_job() returns trigger language plpgsql as $$
begin
  insert into chaos.job_log (job_id, kind, old_state, new_state, old_token, new_token, claims, old_done, new_done,
    total, lease_until, run_at)
  values (new.id, new.kind, case when tg_op = 'UPDATE' then old.state::text end, new.state::text,
    case when tg_op = 'UPDATE' then old.lease_token end, new.lease_token, new.claims,
    case when tg_op = 'UPDATE' then old.done_count end, new.done_count, new.total_count, new.lease_until, new.run_at);
  return null;
end $$;
create trigger chaos_log after insert or update on jobs for each row execute function chaos.log_job();

create table chaos.batch_log (
  seq bigserial primary key, at timestamptz not null default clock_timestamp(),
  row_id uuid not null, old_state text not null, new_state text not null, old_token uuid, new_token uuid);
create index on chaos.batch_log (row_id, seq);
create function chaos.log_batch() returns trigger language plpgsql as $$
begin
  insert into chaos.batch_log (row_id, old_state, new_state, old_token, new_token)
  values (new.id, old.state, new.state, old.lease_token, new.lease_token);
  return null;
end $$;
create trigger chaos_log after update on send_batches for each row execute function chaos.log_batch();

create function chaos.log_effect() returns trigger language plpgsql as $$
begin
  insert into chaos.effect_log (what, row_id, old_state, new_state)
  values (tg_argv[0], new.id, to_jsonb(old) ->> tg_argv[1], to_jsonb(new) ->> tg_argv[1]);
  return null;
end $$;
`;

/** What nobody but a worker with a lease may change: where, and which column tells. */
const effects = [
  { table: "reports", what: "report drawn", column: "object_key" },
  { table: "imports", what: "documents counted", column: "created_count" },
  { table: "imports", what: "documents counted", column: "unchanged_count" },
  { table: "media", what: "picture processed", column: "status" },
  { table: "webhook_deliveries", what: "delivery noted", column: "attempts" },
  { table: "sends", what: "send moved", column: "state" },
] as const;

/** Makes a database remember. */
export async function keepHistory(pool: Pool): Promise<void> {
  await pool.query(schema);
  for (const { table, what, column } of effects) {
    await pool.query(`create trigger chaos_log_${column} after update of ${column} on ${table} for each row
      when (old.${column} is distinct from new.${column}) execute function chaos.log_effect('${what}', '${column}')`);
  }
}
