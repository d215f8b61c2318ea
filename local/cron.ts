import { readFile } from "node:fs/promises";

import { parse } from "smol-toml";

/**
 * Ticks the worker's cron triggers, which the local runtime never does by itself. Only `* * * * *` is
 * understood, which is the one the worker has.
 *
 * @param origin where the worker serves.
 * @param config the path of `wrangler.toml`.
 * @returns what ends the ticking.
 */
export async function startCron(origin: string, config: string): Promise<() => void> {
  const { triggers } = parse(await readFile(config, "utf8")) as { triggers?: { crons?: string[] } };
  const crons = (triggers?.crons ?? []).filter((cron) => cron === "* * * * *");
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(tick, 60_000 - (Date.now() % 60_000));
  };
  const tick = (): void => {
    wait();
    for (const cron of crons) void fire(origin, cron);
  };
  wait();
  return () => clearTimeout(timer);
}

/** A tick that is lost, because the worker is being reloaded, is made up for by the next. */
async function fire(origin: string, cron: string): Promise<void> {
  const address = new URL("/cdn-cgi/handler/scheduled", origin);
  address.searchParams.set("cron", cron);
  await fetch(address, { signal: AbortSignal.timeout(50_000) }).catch(() => null);
}
