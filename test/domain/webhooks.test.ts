import { describe, expect, it } from "vitest";

import { subscriptions } from "#domain/events";
import { newWebhookSecret, nextAttemptIn, retryAfterOf, schedule } from "#domain/webhooks";

describe("the schedule", () => {
  it("is that of Standard Webhooks", () => {
    const hour = 3600;
    expect(schedule).toEqual([
      0, 5, 300, 1800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour,
    ]); // prettier-ignore
  });

  it.each([
    { tried: 1, asked: null, pause: 5 },
    { tried: 1, asked: 0, pause: 5 },
    { tried: 1, asked: 60, pause: 60 },
    { tried: 4, asked: 60, pause: 7200 },
    { tried: 2, asked: 1e9, pause: 86_400 },
    { tried: 9, asked: null, pause: 86_400 },
    { tried: 10, asked: 60, pause: undefined },
  ])("after $tried attempts and a wish for $asked seconds: $pause", ({ tried, asked, pause }) => {
    expect(nextAttemptIn(tried, asked)).toBe(pause);
  });
});

describe("Retry-After", () => {
  const moment = Date.parse("2026-11-23T09:30:00.000Z");

  it.each([
    [null, null],
    ["120", 120],
    [" 120 ", 120],
    ["0", 0],
    ["Mon, 23 Nov 2026 09:31:00 GMT", 60],
    ["Mon, 23 Nov 2026 09:00:00 GMT", 0],
    ["soon", null],
    ["-5", 0],
    ["", null],
    ["99999999999999", null],
  ])("of %j is %j seconds", (header, seconds) => {
    expect(retryAfterOf(header, moment)).toBe(seconds);
  });
});

describe("a secret", () => {
  it("is never the same, and within the lengths of the specification", () => {
    const secrets = Array.from({ length: 50 }, newWebhookSecret);
    expect(new Set(secrets).size).toBe(50);
    for (const secret of secrets) {
      const bytes = atob(secret.replace("whsec_", "")).length;
      expect(bytes).toBeGreaterThanOrEqual(24);
      expect(bytes).toBeLessThanOrEqual(64);
    }
  });
});

describe("subscriptions", () => {
  it("are every event, every kind, and everything, but no ping", () => {
    expect(subscriptions).toEqual(
      expect.arrayContaining(["*", "post.*", "page.*", "tag.*", "member.*", "send.*", "report.*"]),
    );
    expect(subscriptions).toContain("post.published");
    expect(subscriptions.filter((name) => name.startsWith("webhook"))).toEqual([]);
    expect(new Set(subscriptions).size).toBe(subscriptions.length);
  });
});
