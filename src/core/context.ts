import {
  connect,
  connectPlainly,
  createMeter,
  type Database,
  type Meter,
  type Query,
} from "#core/db";
import { createLogger, type Logger } from "#core/logging";
import { readSettings, type Settings } from "#core/settings";

/** The queues. Each is its own so that slow work never makes quick work wait. */
export const lanes = ["default", "mail", "bulk", "webhooks", "heavy"] as const;
export type Lane = (typeof lanes)[number];

/**
 * What every request and every task is handed: plumbing only. Who is asking travels as an argument.
 * A new field needs a decision record.
 */
export interface Context {
  readonly settings: Settings;
  readonly db: Database;
  readonly query: Query;
  readonly files: R2Bucket;
  readonly queues: Readonly<Record<Lane, Queue>>;
  readonly log: Logger;
  readonly meter: Meter;
  readonly requestId: string;
  /** Lets work go on after the answer has been sent. Its failure is nobody's. */
  readonly later: (work: Promise<unknown>) => void;
}

/** What tasks have on top: nothing a request may touch. */
export interface TaskContext extends Context {
  readonly assets: Fetcher;
  readonly mail: SendEmail;
  readonly images: ImagesBinding;
  /** Workers Cache, which stands before the worker; undefined where there is none. */
  readonly cache: Pick<CacheContext, "purge"> | undefined;
}

/** @throws {SettingsInvalid} when the environment is incomplete. */
export function createContext(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil" | "cache">,
  requestId: string,
): TaskContext {
  const settings = readSettings(env);
  const { DATABASE_URL, NEON_ENDPOINT } = settings;
  const meter = createMeter();
  let db: Database | undefined;
  return {
    settings,
    // Made when it is first asked for: what is read most asks `query`.
    get db() {
      return (db ??= connect(DATABASE_URL, NEON_ENDPOINT, meter));
    },
    query: connectPlainly(DATABASE_URL, NEON_ENDPOINT, meter),
    files: env.FILES,
    queues: {
      default: env.QUEUE_DEFAULT,
      mail: env.QUEUE_MAIL,
      bulk: env.QUEUE_BULK,
      webhooks: env.QUEUE_WEBHOOKS,
      heavy: env.QUEUE_HEAVY,
    },
    log: createLogger(settings.LOG_LEVEL, { request_id: requestId }),
    meter,
    requestId,
    later: (work) => execution.waitUntil(work.catch(() => undefined)),
    assets: env.ASSETS,
    mail: env.MAIL,
    images: env.IMAGES,
    // Asking for it costs more than a request that does not need it should pay.
    get cache() {
      return execution.cache;
    },
  };
}
