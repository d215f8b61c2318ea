import { byQuery } from "./invariant.ts";

export const jobInvariants = [
  byQuery(
    "I2",
    "nothing that is due is left over once everything works again",
    `select kind, state::text, run_at, claims, failures, error_code from jobs
     where state = 'running' or (state = 'ready' and run_at <= now())`,
  ),
  byQuery(
    "I3",
    "a job has one lease at most: running if and only if leased, and no live lease is taken over",
    `select id, state::text from jobs where (state = 'running') <> (lease_token is not null)`,
    `select job_id, kind, at, held_until from (
       select *, lag(lease_until) over (partition by job_id order by seq) as held_until from chaos.job_log) log
     where old_state = 'running' and new_state = 'running' and old_token <> new_token and at < held_until`,
  ),
  byQuery(
    "I4",
    "whoever lost the lease changes nothing: every effect of a task was saved with the lease that held the job",
    `select what, row_id, old_state, new_state from chaos.effect_log effect
     where what <> 'send moved' and new_state is not null and not exists (
       select 1 from chaos.job_log log where log.tx = effect.tx and log.old_state = 'running' and log.old_token is not null)`,
  ),
  byQuery(
    "I5",
    "what has ended stays ended, unless somebody asks for it again",
    `select job_id, kind, old_state, new_state from chaos.job_log
     where old_state = 'done' and new_state <> 'done'
        or old_state in ('dead', 'cancelled') and new_state not in (old_state, 'ready')`,
  ),
  byQuery(
    "I13",
    "progress never goes back, and done is all of it",
    `select job_id, kind, old_done, new_done from chaos.job_log where new_done < old_done`,
    `select id, kind, done_count, total_count from jobs
     where state = 'done' and total_count is not null and done_count <> total_count`,
  ),
];
