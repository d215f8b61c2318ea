import { afterEach, describe, expect, it, vi } from "vitest";

import type { OutgoingMail } from "#domain/work/mail-provider";
import { cloudflareProvider } from "#domain/work/mail-providers/cloudflare";
import { outboxProvider } from "#domain/work/mail-providers/outbox";
import { resendProvider } from "#domain/work/mail-providers/resend";

afterEach(() => {
  vi.unstubAllGlobals();
});

const mailTo = (to: string, fields: Partial<OutgoingMail> = {}): OutgoingMail => ({
  to,
  from: "The Tide <us@example.com>",
  subject: "Low water",
  text: "Words.",
  html: "<p>Words.</p>",
  headers: { "X-Note": "a" },
  ...fields,
});

const mails = [mailTo("a@example.com"), mailTo("b@example.com"), mailTo("c@example.com")];
const pdf = {
  fileName: "a.pdf",
  contentType: "application/pdf",
  bytes: new TextEncoder().encode("%PDF-"),
};

interface Asked {
  readonly url: string;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what was asked is what the test says it is
  readonly body: any;
}

/** Whoever is asked answers this. */
function answering(answer: () => Response | Promise<Response>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const text = typeof init.body === "string" ? init.body : "null";
    asked.push({ url, headers: new Headers(init.headers), body: JSON.parse(text) });
    return answer();
  });
  return asked;
}

describe("Resend", () => {
  const provider = resendProvider({
    RESEND_API_URL: "https://resend.test/",
    RESEND_API_KEY: "re_1",
  });

  it("is given a batch under its key, and one mail with what is attached", async () => {
    const asked = answering(() => Response.json({ data: [{ id: "1" }] }));
    await provider.send(mails, "nl:1:1");
    await provider.send(
      [mailTo("a@example.com", { replyTo: "r@example.com", attachments: [pdf] })],
      "k",
    );
    expect(asked.map(({ url }) => url)).toEqual([
      "https://resend.test/emails/batch",
      "https://resend.test/emails",
    ]);
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer re_1");
    expect(asked[0]?.headers.get("idempotency-key")).toBe("nl:1:1");
    expect(asked[0]?.body).toHaveLength(3);
    expect(asked[0]?.body[1]).toEqual({
      from: "The Tide <us@example.com>",
      to: ["b@example.com"],
      subject: "Low water",
      text: "Words.",
      html: "<p>Words.</p>",
      headers: { "X-Note": "a" },
    });
    expect(asked[1]?.body).toMatchObject({
      reply_to: "r@example.com",
      attachments: [{ filename: "a.pdf", content_type: "application/pdf", content: btoa("%PDF-") }],
    });
  });

  it("is told the header that complaints are counted by under its own name", async () => {
    const asked = answering(() => Response.json({ id: "1" }));
    await provider.send([mailTo("a@example.com", { headers: { "X-Feedback-ID": "a:b" } })], "k");
    expect(asked[0]?.body.headers).toEqual({ "Feedback-ID": "a:b" });
  });

  it("says of each mail whether it was taken", async () => {
    answering(() =>
      Response.json({ data: [{ id: "1" }, { id: "2" }], errors: [{ index: 1, message: "no" }] }),
    );
    expect(await provider.send(mails, "k")).toEqual([
      { kind: "sent" },
      { kind: "refused", code: "validation_error" },
      { kind: "sent" },
    ]);
  });

  it.each([
    [429, "rate_limit_exceeded", { "retry-after": "7" }, { kind: "later", afterSeconds: 7 }],
    [429, "rate_limit_exceeded", {}, { kind: "later", afterSeconds: 60 }],
    [429, "daily_quota_exceeded", {}, { kind: "later", afterSeconds: 3600 }],
    [401, "missing_api_key", {}, { kind: "blocked", code: "missing_api_key" }],
    [403, "invalid_api_key", {}, { kind: "blocked", code: "invalid_api_key" }],
    [422, "invalid_from_address", {}, { kind: "refused", code: "invalid_from_address" }],
    [409, "concurrent_idempotent_requests", {}, { kind: "unknown" }],
    [409, "invalid_idempotent_request", {}, { kind: "unknown" }],
    [500, "application_error", {}, { kind: "unknown" }],
    [502, "<html>", {}, { kind: "unknown" }],
  ])("says with %i %s what that means for all of them", async (status, name, headers, fate) => {
    answering(() => Response.json({ name }, { status, headers }));
    expect(await provider.send(mails, "k")).toEqual([fate, fate, fate]);
  });

  it("that does not answer leaves everything open", async () => {
    answering(() => Promise.reject(new TypeError("Network connection lost.")));
    await expect(provider.send(mails, "k")).rejects.toThrow();
  });
});

describe("Cloudflare's service", () => {
  it("is called for each mail, and each has its own fate", async () => {
    const failures: Readonly<Record<string, string>> = {
      "b@example.com": "E_RECIPIENT_SUPPRESSED",
      "c@example.com": "E_INTERNAL_SERVER_ERROR",
    };
    const sent: unknown[] = [];
    const service = {
      send: async (message: { to: string }) => {
        const code = failures[message.to];
        if (code !== undefined) throw Object.assign(new Error("refused"), { code });
        sent.push(message);
        return { messageId: "1" };
      },
    };
    const provider = cloudflareProvider(service as unknown as SendEmail);
    expect(await provider.send(mails, "k")).toEqual([
      { kind: "sent" },
      { kind: "refused", code: "e_recipient_suppressed" },
      { kind: "unknown" },
    ]);
    await provider.send([mailTo("a@example.com", { attachments: [pdf] })], "k");
    expect(sent[1]).toMatchObject({
      from: { name: "The Tide", email: "us@example.com" },
      attachments: [{ filename: "a.pdf", type: "application/pdf", disposition: "attachment" }],
    });
  });

  it("that will not have the sender is no matter of the mail", async () => {
    const service = {
      send: () => Promise.reject(Object.assign(new Error("no"), { code: "E_SENDER_NOT_VERIFIED" })),
    };
    const provider = cloudflareProvider(service);
    expect(await provider.send(mails.slice(1), "k")).toEqual([
      { kind: "blocked", code: "e_sender_not_verified" },
      { kind: "blocked", code: "e_sender_not_verified" },
    ]);
  });
});

describe("the outbox", () => {
  it("is asked for what arrived under a key, where it is taken for one that can be", async () => {
    const asked = answering(() => Response.json({ data: [{ to: "a@example.com" }] }));
    const found = await outboxProvider("http://outbox.test/mail", "search").find?.("nl:1:1");
    expect([...(found ?? [])]).toEqual(["a@example.com"]);
    expect(asked[0]?.url).toBe("http://outbox.test/mail.json?key=nl%3A1%3A1");
  });

  it("says of each mail why it was not taken", async () => {
    answering(() =>
      Response.json({ data: [{ id: 1 }, { error: "E_VALIDATION_ERROR" }, { id: 2 }] }),
    );
    expect(await outboxProvider("http://outbox.test/mail", "key").send(mails, "k")).toEqual([
      { kind: "sent" },
      { kind: "refused", code: "e_validation_error" },
      { kind: "sent" },
    ]);
  });
});
