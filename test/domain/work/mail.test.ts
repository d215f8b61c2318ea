import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { deliverMail } from "#domain/work/delivery";
import { composeInvite, composePasswordReset, type Mail } from "#domain/work/mail";

const letter = {
  to: "ada@example.com",
  siteTitle: "The Tide",
  siteUrl: "https://tide.example",
  token: "inv_0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11.s1gn-atu_re",
  expiresAt: "2026-11-30T09:30:00.000Z",
};

const invite = (fields: Partial<Parameters<typeof composeInvite>[0]> = {}): Mail =>
  composeInvite({ ...letter, role: "editor", inviterName: "Grace Hopper", ...fields });

const reset = (fields: Partial<Parameters<typeof composePasswordReset>[0]> = {}): Mail =>
  composePasswordReset({ ...letter, name: "Ada Lovelace", ...fields });

describe("a mail", () => {
  it("says who invites whom to what, with a link and the token for doing it by hand", () => {
    const { to, subject, text, html } = invite();
    expect([to, subject]).toEqual(["ada@example.com", "You are invited to write for The Tide"]);
    for (const said of [
      "Grace Hopper invites you to join The Tide as an editor.",
      `https://tide.example/accept-invite?token=${letter.token}`,
      "POST /v1/auth/signup",
      "until 2026-11-30 09:30 UTC",
    ]) {
      expect(text).toContain(said);
    }
    expect(html).toContain(`<a href="https://tide.example/accept-invite?token=${letter.token}">`);
  });

  it("lets somebody choose a new password, with a link and the token", () => {
    const { subject, text } = reset();
    expect(subject).toBe("Choose a new password for The Tide");
    for (const said of [
      "Hello Ada Lovelace,",
      `https://tide.example/reset-password?token=${letter.token}`,
      "POST /v1/auth/password-reset/confirm",
    ]) {
      expect(text).toContain(said);
    }
  });

  it("does without a name that nobody gave", () => {
    expect(reset({ name: null }).text).toContain("Hello, somebody asked");
    expect(invite({ inviterName: null }).text).toContain("The owner invites you");
  });

  it.each([
    "X\r\nBcc: victim@example.com",
    "X\nBcc: victim@example.com",
    "X\u0085Bcc: victim@example.com",
    "X\u2028Bcc: victim@example.com",
    "X\u0000\u000b\u000cBcc: victim@example.com",
  ])("has a subject of one line whatever the publication is called: %j", (siteTitle) => {
    for (const { subject } of [invite({ siteTitle }), reset({ siteTitle })]) {
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(subject).toContain("X Bcc: victim@example.com");
    }
  });

  it.each(["${7*7}", "<%= 7*7 %>", "{{constructor}}", "#{7*7}", "%s %d"])(
    "has names in it as they are, and computes nothing: %s",
    (name) => {
      expect(reset({ name }).text).toContain(`Hello ${name},`);
    },
  );

  it("has no markup in it that came from a name", () => {
    const name = `<script>alert(1)</script><a href="https://evil.test">'"&`;
    for (const { html } of [reset({ name }), invite({ inviterName: name, siteTitle: name })]) {
      expect(html).not.toContain("<script");
      expect(html.match(/<a /gu)).toHaveLength(1);
      expect(html).toContain("&lt;script&gt;");
    }
  });
});

describe("delivery", () => {
  const { settings } = createContext(env, { waitUntil: () => undefined }, "test");
  const { MAIL_OUTBOX_URL: _outbox, ...deployed } = settings;

  /** Cloudflare's Email Service as far as this worker can see it. */
  function service(failure?: { code: string }) {
    const sent: unknown[] = [];
    const mail = {
      send: async (message: unknown) => {
        if (failure) throw Object.assign(new Error("refused"), failure);
        sent.push(message);
        return { messageId: "1" };
      },
    };
    return { mail: mail as unknown as SendEmail, sent };
  }

  it("hands the mail to the service, with the sender in its two parts", async () => {
    const { mail, sent } = service();
    const context = {
      settings: { ...deployed, MAIL_FROM: "The Tide <no-reply@tide.example>" },
      mail,
    };
    expect(await deliverMail(context, invite(), "key")).toEqual({ kind: "sent" });
    expect(sent).toEqual([
      expect.objectContaining({
        ...invite(),
        from: { name: "The Tide", email: "no-reply@tide.example" },
        headers: { "Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": "key" },
      }),
    ]);
  });

  it.each([
    ["E_RATE_LIMIT_EXCEEDED", { kind: "later", afterSeconds: 60 }],
    ["E_DAILY_LIMIT_EXCEEDED", { kind: "later", afterSeconds: 3600 }],
    ["E_RECIPIENT_SUPPRESSED", { kind: "refused", code: "e_recipient_suppressed" }],
    ["E_VALIDATION_ERROR", { kind: "refused", code: "e_validation_error" }],
  ])("knows what %s means", async (code, outcome) => {
    const { mail } = service({ code });
    expect(await deliverMail({ settings: deployed, mail }, invite(), "key")).toEqual(outcome);
  });

  it("throws what may go well the next time", async () => {
    const { mail } = service({ code: "E_INTERNAL_SERVER_ERROR" });
    await expect(deliverMail({ settings: deployed, mail }, invite(), "key")).rejects.toThrow();
  });
});
