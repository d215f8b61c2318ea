import { escapeMarkup } from "#core/markup";

import { type Mail, oneLine } from "./mail";

/** Tells somebody that a webhook of theirs is switched off, and what to do about it. */
export function composeWebhookDisabled(notice: {
  readonly to: string;
  readonly siteTitle: string;
  readonly apiUrl: string;
  readonly webhook: { readonly id: string; readonly url: string };
  readonly reason: string | null;
}): Mail {
  const { to, apiUrl, webhook, reason } = notice;
  const site = oneLine(notice.siteTitle);
  const { host } = new URL(webhook.url);
  const why =
    reason === "gone"
      ? "It answered 410, which says that it wants to hear no more."
      : "For five days nothing that was sent to it arrived.";
  const words = [
    `${site} does not call this address any more:`,
    webhook.url,
    why,
    `What went wrong is in GET ${apiUrl}/v1/webhooks/${webhook.id}/deliveries. When it is mended, switch the webhook on with PATCH ${apiUrl}/v1/webhooks/${webhook.id} and {"status": "enabled"}, and send again what it missed with POST …/deliveries/{delivery_id}/replay. Events are kept for 30 days.`,
  ];
  return {
    to,
    subject: `A webhook of ${site} is switched off: ${host}`,
    text: `${words.join("\n\n")}\n`,
    html: `${words.map((word) => `<p>${escapeMarkup(word)}</p>`).join("\n")}\n`,
  };
}
