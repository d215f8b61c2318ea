import { afterEach, describe, expect, it, vi } from "vitest";

import { createLogger, redact } from "#core/logging";

afterEach(() => vi.restoreAllMocks());

describe("a log", () => {
  it.each([
    ["a password by its name", { password: "correct horse" }],
    ["a token by its name", { reset_token: "correct horse" }],
    ["a header by its name", { headers: { Authorization: "correct horse" } }],
    ["a cookie", { cookie: "__Host-session=correct horse" }],
    ["a session token in a text", { message: "it was ses_correct-horse-battery" }],
    ["a secret key in a list", { args: ["sk_correcthorsebattery"] }],
    ["a signing secret", { message: "with whsec_correct+horse/battery==" }],
    ["a bearer token in an error", { error: new Error("sent Bearer correct-horse") }],
    ["a hash", { text: "$argon2id$v=19$m=19456,t=2,p=1$correct$horse" }],
    ["the password of a database", { url: "postgres://imprint:correct-horse@db.example/imprint" }],
    [
      "the parameters of a query",
      { error: new Error("Failed query: select $1\nparams: correct horse") },
    ],
    ["what caused an error", { error: new Error("outer", { cause: { secret: "correct horse" } }) }],
    ["a mail address", { message: "for correct-horse@example.com" }],
  ])("never holds %s", (_case, fields) => {
    expect(JSON.stringify(redact(fields))).not.toMatch(/correct/u);
  });

  it("keeps what helps", () => {
    const error = new Error("Failed query: select 1");
    expect(redact({ route: "/v1/posts", status: 200, error })).toMatchObject({
      route: "/v1/posts",
      status: 200,
      error: { name: "Error", message: "Failed query: select 1" },
    });
  });

  it("is one JSON object a line, with what its request and its level say", () => {
    const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
    const debug = vi.spyOn(console, "debug").mockImplementation(() => undefined);
    const log = createLogger("info", { request_id: "r1" }).with({ job_id: "j1" });
    log.info("job.ended", { claims: 1 });
    log.debug("too.small");
    expect(info.mock.calls).toEqual([
      ['{"level":"info","event":"job.ended","request_id":"r1","job_id":"j1","claims":1}'],
    ]);
    expect(debug).not.toHaveBeenCalled();
  });
});
