import { z } from "zod";

/** What the operator decides. Secrets come from `wrangler secret put`, the rest from `wrangler.toml`. */
const Settings = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//u, "must be a postgres:// URL"),
  /** Where Neon's HTTP protocol is spoken when it is not Neon itself: the local endpoint. */
  NEON_ENDPOINT: z.url().optional(),
  /** Signs cursors and mailed links. */
  APP_SECRET: z.string().min(32, "must have at least 32 characters"),
  /** Whoever holds it may create the first account; without one, only local development may. */
  SETUP_TOKEN: z.string().min(16).optional(),
  ENVIRONMENT: z.enum(["production", "local"]).default("production"),
  SITE_URL: z.url().transform((url) => url.replace(/\/+$/u, "")),
  /** Where readers reach this worker, when that is not where they find the publication: pictures, unsubscribing. */
  API_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/u, ""))
    .optional(),
  SITE_TITLE: z.string().min(1),
  MAIL_FROM: z.string().min(3),
  /** A place that records mails instead of sending them, for development. Goes before every provider. */
  MAIL_OUTBOX_URL: z.url().optional(),
  /** Which kind of provider that place is taken for when no answer came; see `domain/work/mail-provider.ts`. */
  MAIL_OUTBOX_SAFETY: z.enum(["key", "search", "none"]).default("key"),
  /** How long a mail may take until a provider's search finds it: longer than the provider is waited for. */
  MAIL_SETTLE_SECONDS: z.coerce.number().min(1).max(3600).default(90),
  /** With a key, mail goes through Resend's API; without one, through Cloudflare's binding. */
  RESEND_API_KEY: z.string().min(1).optional(),
  RESEND_API_URL: z.url().default("https://api.resend.com"),
  /** What Resend signs its reports of bounces and complaints with. */
  RESEND_WEBHOOK_SECRET: z.string().min(1).optional(),
  /** For development: webhooks may call this machine, and over plain HTTP. */
  WEBHOOKS_TO_LOOPBACK: z.enum(["refuse", "allow"]).default("refuse"),
  /**
   * Where public answers are kept: by the platform, before the worker is asked; by the worker itself; or
   * nowhere.
   */
  EDGE_CACHE: z.enum(["platform", "worker", "off"]).default("worker"),
  /** Nothing public is older than this, whoever keeps it. */
  EDGE_CACHE_SECONDS: z.coerce.number().int().min(1).max(3600).default(10),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});
export type Settings = z.infer<typeof Settings>;

/** The base of addresses that the worker itself answers. */
export const apiUrlOf = ({ API_URL, SITE_URL }: Pick<Settings, "API_URL" | "SITE_URL">): string =>
  API_URL ?? SITE_URL;

/** The worker's environment does not have what Imprint needs. Names the settings, never their values. */
export class SettingsInvalid extends Error {
  override readonly name = "SettingsInvalid";
}

const known = new WeakMap<object, Settings>();

/**
 * Reads and checks the settings once per isolate.
 *
 * @throws {SettingsInvalid} naming every setting that is missing or wrong.
 */
export function readSettings(env: object): Settings {
  const cached = known.get(env);
  if (cached) return cached;
  const { data, error } = Settings.safeParse(env);
  if (!data) {
    const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new SettingsInvalid(`The settings are incomplete. ${problems.join("; ")}`);
  }
  known.set(env, data);
  return data;
}
