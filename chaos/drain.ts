import { setTimeout as sleep } from "node:timers/promises";

import { promptProvider } from "./far/mail.ts";
import { obedient } from "./far/queues.ts";
import type { World } from "./world.ts";

/** Makes everything work again. */
export async function heal(world: World): Promise<void> {
  world.faults.heal();
  world.queues.mischief = obedient;
  world.mail.mischief = promptProvider;
  world.hooks.refuse = 0;
  await world.reviveAll();
}

/** Waits until nothing is left to do, or `boundMs` are over. @returns how long it took, in milliseconds. */
export async function drain(world: World, boundMs = 60_000): Promise<number> {
  const start = performance.now();
  for (;;) {
    const [left] = await world.query<{ jobs: string }>(
      `select count(*) as jobs from jobs where state = 'running' or (state = 'ready' and run_at < now() + interval '20 seconds')`,
    );
    const took = performance.now() - start;
    if ((Number(left?.jobs) === 0 && world.queues.isIdle) || took > boundMs) return took;
    await sleep(25);
  }
}
