import type { Invariant } from "./invariant.ts";

const transactional: Invariant = {
  id: "I7a",
  claim: "a mail that somebody waits for arrives once",
  async contradictions({ world }) {
    const jobs = await world.query<{ id: string; kind: string; state: string }>(
      `select id, kind, state from jobs where kind like 'mail-%'`,
    );
    const counts = Map.groupBy(world.mail.delivered, ({ key }) => key ?? "none");
    const missing = jobs.flatMap(({ id, kind, state }) => {
      const count = counts.get(id)?.length ?? 0;
      // One that had gone before its worker died may find, when it is to go again, that it is not wanted any more.
      const isRight = state === "done" ? count === 1 : count <= 1;
      return isRight ? [] : [`${kind} ${id} is ${state}: ${count} mails`];
    });
    return missing;
  },
};

const sameBytes: Invariant = {
  id: "I8",
  claim: "the same idempotency key never carries other bytes",
  contradictions: ({ world: { mail } }) =>
    Promise.resolve(mail.counts.conflicts === 0 ? [] : [`${mail.counts.conflicts} conflicts`]),
};

export const mailInvariants = [transactional, sameBytes];
