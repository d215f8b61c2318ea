/**
 * How silence is measured: in ticks, which come only while this isolate gets to run. One that is busy hears
 * nobody, whoever answers.
 */
const TICK_MS = 100;
/** How long a statement may take as long as the database answers others: ten seconds. */
const STATEMENT_TICKS = 100;
/** After how long without any answer the database is asked whether it is there, and how long it has to say so. */
const DOUBT_TICKS = 8;
const SIGN_OF_LIFE_TICKS = 8;
/** How often a database that was found silent is looked after. */
const PAUSE_MS = 1000;

/** Nobody is there: the database was found silent, by this request or just before it. */
export class DatabaseSilent extends Error {
  override readonly name = "DatabaseSilent";
}

/** The database is there, and a statement has taken too long. */
class DatabaseSlow extends Error {
  override readonly name = "DatabaseSlow";
}

/** An answer with all of its body: what the driver reads of a `Response`. */
export interface Answer extends Pick<Response, "ok" | "status"> {
  readonly text: () => Promise<string>;
  readonly json: () => Promise<unknown>;
}

type Ask = (url: string, init: RequestInit) => Promise<Answer>;

/**
 * A `fetch` for the database that tells a slow statement from a silent database. A statement that takes long is
 * waited for while the database answers anybody, or else a question beside it; when nothing comes back, that is
 * an error in less than two seconds. From then on requests are refused at once, but for one a second that goes
 * and looks.
 *
 * What it remembers is plain data: in an isolate, no request may wait for the promise of another.
 */
export function createPatientFetch(): Ask {
  const state: State = { answers: 0, isSilent: false, lookAgainAt: 0 };
  return async (url, init) => {
    const start = Date.now();
    if (state.isSilent) {
      if (start < state.lookAgainAt) throw new DatabaseSilent("The database does not answer.");
      state.lookAgainAt = start + PAUSE_MS;
    }
    const giveUp = new AbortController();
    const endWatch = watch(state, {
      ask: () => isThere(state, url, init),
      onSilence: () => giveUp.abort(new DatabaseSilent("The database does not answer.")),
      onSlowness: () => giveUp.abort(new DatabaseSlow("The statement took too long.")),
    });
    try {
      const response = await fetch(url, { ...init, signal: giveUp.signal });
      heard(state);
      // Read here, because all of it has to come in time.
      const text = await response.text();
      const { ok, status } = response;
      return { ok, status, text: async () => text, json: async () => JSON.parse(text) };
    } finally {
      endWatch();
    }
  };
}

interface State {
  /** How many answers have come, to whomever. */
  answers: number;
  isSilent: boolean;
  lookAgainAt: number;
}

function heard(state: State): void {
  state.answers += 1;
  state.isSilent = false;
}

interface Watch {
  readonly ask: () => Promise<boolean>;
  readonly onSilence: () => void;
  readonly onSlowness: () => void;
}

/**
 * One timer for both limits, because every statement makes one.
 *
 * @returns what ends the watch.
 */
function watch(state: State, { ask, onSilence, onSlowness }: Watch): () => void {
  let known = state.answers;
  let ticks = 0;
  let quietTicks = 0;
  let isAsking = false;
  const doubt = async (): Promise<void> => {
    isAsking = true;
    const isTrusted = await ask();
    isAsking = false;
    quietTicks = 0;
    if (isTrusted) return;
    state.isSilent = true;
    state.lookAgainAt = Date.now() + PAUSE_MS;
    onSilence();
  };
  const ticking = setInterval(() => {
    ticks += 1;
    if (ticks >= STATEMENT_TICKS) onSlowness();
    if (isAsking) return;
    quietTicks = state.answers === known ? quietTicks + 1 : 0;
    known = state.answers;
    if (quietTicks >= DOUBT_TICKS) void doubt();
  }, TICK_MS);
  return () => clearInterval(ticking);
}

async function isThere(state: State, url: string, init: RequestInit): Promise<boolean> {
  const known = state.answers;
  const limit = new AbortController();
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
    if (ticks === SIGN_OF_LIFE_TICKS) limit.abort(new DatabaseSilent("No sign of life."));
  }, TICK_MS);
  const body = '{"query":"select 1","params":[]}';
  const response = await fetch(url, { ...init, body, signal: limit.signal }).catch(() => undefined);
  clearInterval(ticking);
  if (response === undefined) return state.answers > known;
  heard(state);
  await response.body?.cancel().catch(() => undefined);
  return true;
}
