import { byQuery, type Evidence, type Invariant } from "./invariant.ts";

const held = byQuery(
  "I3a",
  "a batch of a send has one lease at most, and what has ended stays ended",
  `select row_id, old_state, new_state from chaos.batch_log
   where old_state in ('sent', 'failed', 'uncertain') and new_state <> old_state`,
  `select row_id, at, held_since from (
     select *, lag(at) over (partition by row_id order by seq) as held_since from chaos.batch_log) log
   where old_state = 'sending' and new_state = 'sending' and old_token <> new_token
     and at < held_since + interval '1900 milliseconds'`,
);

const accounted = byQuery(
  "I6",
  "every recipient of a send is accounted for, once, in a batch that is there, and every send has ended",
  `select s.id, s.state::text, s.total, count(r.id) as recipients, count(*) filter (where r.state = 'pending') as pending
   from sends s left join send_recipients r on r.send_id = s.id
   group by s.id having s.state <> 'sent' or s.total <> count(r.id) or count(*) filter (where r.state = 'pending') > 0`,
  `select r.send_id, r.batch from send_recipients r
   where not exists (select 1 from send_batches b where b.send_id = r.send_id and b.number = r.batch)`,
  `select send_id, number, state::text, claims from send_batches where state in ('pending', 'sending')`,
);

interface Fate {
  readonly send_id: string;
  readonly email: string;
  readonly state: string;
}

const delivered: Invariant = {
  id: "I7",
  claim: "nobody gets a letter twice; who counts as sent got it, and nobody else did",
  async contradictions(evidence) {
    const counts = countLetters(evidence);
    const fates = await evidence.world.query<Fate>(
      `select r.send_id, s.email, r.state from send_recipients r join subscribers s on s.id = r.subscriber_id`,
    );
    const found: string[] = [];
    for (const { send_id: sendId, email, state } of fates) {
      const name = `${sendId} ${email}`;
      const count = counts.get(name) ?? 0;
      const most = state === "sent" || state === "uncertain" ? 1 : 0;
      const least = state === "sent" ? 1 : 0;
      if (count > most) found.push(`${name} is ${state} and got ${count}`);
      if (count < least) found.push(`${name} is ${state} and got none`);
      counts.delete(name);
    }
    return [
      ...found,
      ...[...counts].map(([name, count]) => `${name} is in no send and got ${count}`),
    ];
  },
};

/** How many letters each reader of each send got. */
export function countLetters({ world }: Pick<Evidence, "world">): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key, to } of world.mail.delivered) {
    const sendId = /^nl:([^:]+):/u.exec(key ?? "")?.[1];
    if (sendId === undefined) continue;
    const name = `${sendId} ${to}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const respected: Invariant = {
  id: "I9",
  claim: "who has left before a batch was sealed gets nothing from it",
  async contradictions({ world, story }) {
    if (story.left.length === 0) return [];
    const rows = await world.query<{
      subscriber_id: string;
      send_id: string;
      sealed: string;
      state: string;
    }>(
      `select r.subscriber_id, r.send_id, extract(epoch from b.sealed_at) * 1000 as sealed, r.state
       from send_recipients r join send_batches b on b.send_id = r.send_id and b.number = r.batch
       where r.subscriber_id = any($1::uuid[]) and r.state <> 'skipped'`,
      [story.left.map(({ subscriberId }) => subscriberId)],
    );
    const leftAt = new Map(story.left.map(({ subscriberId, ackedAt }) => [subscriberId, ackedAt]));
    return rows.flatMap(({ subscriber_id: id, send_id: sendId, sealed, state }) =>
      Number(sealed) > (leftAt.get(id) ?? Infinity)
        ? [`${id} had left before ${sendId} sealed them, and is ${state}`]
        : [],
    );
  },
};

const confirmed: Invariant = {
  id: "I1c",
  claim: "who confirmed is subscribed",
  async contradictions({ world, story }) {
    const rows = await world.query<{ email: string }>(
      `select email from subscribers s where status = 'active' and exists (
         select 1 from subscriptions where subscriber_id = s.id)`,
    );
    const known = new Set(rows.map(({ email }) => email));
    return story.confirmed
      .filter((email) => !known.has(email))
      .map((email) => `${email} is not subscribed`);
  },
};

export const sendInvariants = [held, accounted, delivered, respected, confirmed];
