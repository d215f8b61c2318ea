import { describe, expect, it } from "vitest";

import { startImport } from "#local/import/server";

describe("sending an import", () => {
  it.each(["", "ses_abc\n", "ses_abc\r\nx-role: owner", "ses abc", "ses_\u00e4"])(
    "sends nothing with a token that cannot be one: %j",
    async (token) => {
      const target = { url: new URL("http://127.0.0.1:1"), token };
      const started = startImport(target, new Blob(["{}"]), crypto.randomUUID());
      await expect(started).rejects.toThrow(
        /^IMPRINT_TOKEN has line breaks, spaces or other signs/,
      );
    },
  );
});
