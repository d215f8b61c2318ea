import { type Entry, entryOf, isLive, mayKeep } from "./entries";

/** What all isolates of one place share: `caches.default`. It may be missing, and everything in it may vanish. */
export interface Colo {
  get(name: string, now: number, seconds: number): Promise<Entry | undefined>;
  set(name: string, entry: Entry, now: number): Promise<void>;
  delete(name: string): Promise<void>;
}

/** What is larger than this is not worth the way there. */
const MOST_BYTES = 8 * 2 ** 20;

/** For how long nobody asks a cache that failed. */
const PAUSE_MS = 60_000;

/** What it is kept under is ours: the headers of the answer itself travel inside. */
const ENTRY = "x-edge-entry";

interface Packed {
  readonly status: number;
  readonly startedAt: number;
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * A name is an address that no route has. Failure is no answer: what cannot be read is a miss, what cannot
 * be written is not there.
 */
export function createColo(): Colo {
  let silentUntil = 0;
  const insist = async <Value>(now: number, ask: () => Promise<Value>) => {
    if (now < silentUntil) return undefined;
    try {
      return await ask();
    } catch {
      silentUntil = now + PAUSE_MS;
      return undefined;
    }
  };
  return {
    get: (name, now, seconds) =>
      insist(now, async () => {
        const found = await caches.default.match(name);
        return found && unpack(found, now, seconds);
      }),
    async set(name, entry, now) {
      const left = Math.ceil((entry.expiresAt - now) / 1000);
      if (left <= 0 || entry.bytes.byteLength > MOST_BYTES) return;
      await insist(now, () => caches.default.put(name, pack(entry, left)));
    },
    async delete(name) {
      await insist(Date.now(), () => caches.default.delete(name));
    },
  };
}

function pack({ status, headers, bytes, startedAt }: Entry, seconds: number): Response {
  const packed: Packed = { status, startedAt, headers: [...headers] };
  return new Response(bytes, {
    headers: {
      "Cache-Control": `public, max-age=${seconds}`,
      [ENTRY]: encodeURIComponent(JSON.stringify(packed)),
    },
  });
}

async function unpack(found: Response, now: number, seconds: number): Promise<Entry | undefined> {
  const text = found.headers.get(ENTRY);
  if (found.status !== 200 || text === null) {
    await found.body?.cancel();
    return undefined;
  }
  const packed = JSON.parse(decodeURIComponent(text)) as Packed;
  const headers = new Headers(packed.headers.map(([name, value]) => [name, value]));
  const bytes = await found.arrayBuffer();
  const entry = entryOf({ ...packed, headers, bytes }, seconds);
  return mayKeep({ ...packed, headers }) && isLive(entry, now) ? entry : undefined;
}
