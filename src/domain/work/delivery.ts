import type { TaskContext } from "#core/context";

import type { Mail } from "./mail";
import type { MailProvider } from "./mail-provider";
import { cloudflareProvider } from "./mail-providers/cloudflare";
import { outboxProvider } from "./mail-providers/outbox";
import { resendProvider } from "./mail-providers/resend";

/** What became of a mail. Whatever is thrown instead may go well the next time. */
export type Delivery =
  | { readonly kind: "sent" }
  | { readonly kind: "later"; readonly afterSeconds: number }
  | { readonly kind: "refused"; readonly code: string };

type Post = Pick<TaskContext, "settings" | "mail">;

/** Who carries mails here: the outbox where there is one, else Resend where there is a key, else Cloudflare. */
export function providerOf({ settings, mail }: Post): MailProvider {
  if (settings.MAIL_OUTBOX_URL !== undefined) {
    return outboxProvider(settings.MAIL_OUTBOX_URL, settings.MAIL_OUTBOX_SAFETY);
  }
  return settings.RESEND_API_KEY === undefined
    ? cloudflareProvider(mail)
    : resendProvider(settings);
}

/**
 * Hands over one mail that somebody waits for.
 *
 * @param key the same for the same mail, so that a provider which keeps count takes it once.
 * @throws {Error} when nobody can tell whether it went, or nothing goes out until a setting is changed.
 */
export async function deliverMail(context: Post, mail: Mail, key: string): Promise<Delivery> {
  const provider = providerOf(context);
  const outgoing = {
    ...mail,
    from: mail.from ?? context.settings.MAIL_FROM,
    headers: { "Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": key, ...mail.headers },
  };
  const [fate] = await provider.send([outgoing], key);
  if (!fate || fate.kind === "unknown") {
    throw new Error(`Nobody can tell whether ${provider.name} has taken the mail.`);
  }
  if (fate.kind === "blocked") throw new MailBlocked(provider.name, fate.code);
  return fate;
}

/** The account at the provider may not send what it is asked to. */
class MailBlocked extends Error {
  override readonly name = "MailBlocked";
  readonly code = "mail_blocked";
  constructor(provider: string, code: string) {
    super(`Nothing goes out through ${provider}: ${code}.`);
  }
}
