import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

import { copyAssets } from "#local/assets";

await copyAssets();

const local = ["test/local/**/*.test.ts", "test/bench/**/*.test.ts", "test/clients/**/*.test.ts"];

const secrets = {
  DATABASE_URL: "postgres://test:test@test.localhost/set-by-setup",
  APP_SECRET: "a secret of the tests that nothing else uses",
  SETUP_TOKEN: "the setup token of the tests",
};

// Wrangler reads the required secrets from here. What the shell has under these names must not get in.
Object.assign(process.env, secrets, { WRANGLER_LOG: "warn", WRANGLER_SEND_METRICS: "false" });

export default defineConfig({
  test: {
    globalSetup: ["./test/support/database.ts"],
    maxWorkers: 2,
    silent: "passed-only",
    // The first request of a file loads the worker.
    testTimeout: 30_000,
    projects: [
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: "./wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              bindings: {
                ...secrets,
                NEON_ENDPOINT: inject("neonEndpoint"),
                MAIL_OUTBOX_URL: inject("mailOutboxUrl"),
                ENVIRONMENT: "local",
                WEBHOOKS_TO_LOOPBACK: "allow",
                LOG_LEVEL: "error",
                // What was written is read back at once; tests of the edge switch it on.
                EDGE_CACHE: "off",
              },
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/**/*.test.ts"],
          exclude: local,
          setupFiles: ["./test/support/setup.ts"],
        },
      },
      { test: { name: "node", include: local, environment: "node" } },
    ],
  },
});
