/** What becomes of a send when its workers are killed, the database is silent or the provider is. */
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Safety } from "#domain/work/mail-provider";
import { breakDatabase, type DatabaseFault, type Plant, seeded } from "#test/support/jobs";
import {
  type Answer,
  givenNewsletter,
  givenOutPost,
  givenSend,
  givenSubscribers,
  LedgerProvider,
  minutesPass,
  readLedger,
  readSendRow,
  ringFor,
  workOff,
} from "#test/support/newsletters";
import { givenUser } from "#test/support/people";

afterEach(() => {
  vi.unstubAllGlobals();
});

const author = await givenUser();

/** Batches of 100: a whole one and a rest. */
const READERS = 103;

async function givenOrder(provider: LedgerProvider, plant: Plant) {
  const { db } = plant.context;
  const newsletter = await givenNewsletter(db);
  const readers = await givenSubscribers(db, newsletter.id, READERS);
  const send = await givenSend(db, newsletter, await givenOutPost(db, author));
  await ringFor(plant, send.jobId);
  provider.open();
  return { ...send, readers };
}

/** Nobody twice, nobody forgotten, and the books say of everybody what happened. */
async function expectExact(
  { context: { db } }: Plant,
  provider: LedgerProvider,
  { id, readers }: { id: string; readers: readonly string[] },
) {
  const { state, total } = await readSendRow(db, id);
  expect({ state, total }).toEqual({ state: "sent", total: readers.length });
  const ledger = await readLedger(db, id);
  const counts = provider.counts();
  expect(Math.max(0, ...counts.values()), "nobody gets it twice").toBeLessThanOrEqual(1);
  expect(provider.conflicts, "a request that is sent again is the same request").toBe(0);
  if (provider.safety === "none") {
    const { sent = 0, uncertain = 0 } = ledger;
    expect(sent + uncertain, "everybody is accounted for").toBe(readers.length);
    expect(counts.size, "who is called sent was sent to").toBeGreaterThanOrEqual(sent);
    return ledger;
  }
  expect(ledger).toEqual({ sent: readers.length });
  expect(counts.size, "nobody is missed").toBe(readers.length);
  return ledger;
}

const classes: readonly Safety[] = ["key", "search", "none"];
const faults: readonly DatabaseFault[] = ["killed before", "killed after", "reply lost"];
const moments = classes.flatMap((safety) => faults.map((fault) => [safety, fault] as const));

/** Minutes pass until the send is over. */
async function untilOver(plant: Plant, id: string): Promise<void> {
  for (let minute = 0; minute < 8; minute += 1) {
    await minutesPass(plant);
    if ((await readSendRow(plant.context.db, id)).state === "sent") return;
  }
}

/** One send with one fault in it. Tells whether it came to that. */
async function sendThrough(provider: LedgerProvider, at: number, fault: DatabaseFault) {
  const plant = provider.plant();
  const send = await givenOrder(provider, plant);
  const { struck, restore } = breakDatabase(at, fault);
  const isStruck = await Promise.race([workOff(plant).then(() => false), struck.then(() => true)]);
  restore();
  provider.open();
  await untilOver(plant, send.id);
  return { plant, send, isStruck };
}

describe("a worker that is lost at any request to the database or the provider", () => {
  it.each(moments)(
    "(safety %s, %s) sends to everybody once, or says of whom it does not know",
    async (safety, fault) => {
      let at = 0;
      for (let isStruck = true; isStruck;) {
        at += 1;
        const provider = new LedgerProvider(safety);
        const through = await sendThrough(provider, at, fault);
        isStruck = through.isStruck && fault !== "reply lost" ? true : at < 20;
        await expectExact(through.plant, provider, through.send);
        vi.unstubAllGlobals();
      }
      expect(at, "it was struck at every request").toBeGreaterThan(15);
    },
    120_000,
  );

  it("would send twice to whom a provider that forgets its keys was told of twice", async () => {
    let most = 0;
    for (let at = 9; at <= 16 && most < 2; at += 1) {
      const provider = new LedgerProvider("key", { isForgetful: true });
      await sendThrough(provider, at, "killed after");
      most = Math.max(...provider.counts().values());
      vi.unstubAllGlobals();
    }
    expect(most).toBe(2);
  }, 60_000);
});

/** A provider that fails as often as it is told to, the same way in every run. */
const moody =
  (random: () => number): ((request: number) => Answer) =>
  () => {
    const dice = random();
    if (dice < 0.1) return "take and drop";
    if (dice < 0.2) return "drop";
    if (dice < 0.25) return { status: 500 };
    if (dice < 0.3) return { status: 429, headers: { "retry-after": "7" } };
    return "take";
  };

describe("a provider and workers that fail again and again", () => {
  it.each(classes.flatMap((safety) => [1, 2, 3].map((seed) => [safety, seed] as const)))(
    "(safety %s, seed %i) change nothing of it",
    async (safety, seed) => {
      const random = seeded(seed);
      const provider = new LedgerProvider(safety);
      provider.answer = moody(random);
      const plant = provider.plant();
      const send = await givenOrder(provider, plant);
      for (let round = 0; round < 12; round += 1) {
        const at = 1 + Math.floor(random() * 12);
        const fault = faults[Math.floor(random() * faults.length)] ?? "reply lost";
        const { struck, restore } = breakDatabase(at, fault);
        // What the test itself asks of the database may be what is struck.
        await Promise.race([minutesPass(plant).catch(() => undefined), struck]);
        restore();
        provider.open();
      }
      await untilOver(plant, send.id);
      await untilOver(plant, send.id);
      expect(await expectExact(plant, provider, send)).toBeDefined();
    },
    120_000,
  );
});
