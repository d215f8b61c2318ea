import { env } from "cloudflare:workers";

/** A database of its own for every test file; the endpoint makes it when the first query arrives. */
const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;

Object.assign(env, { DATABASE_URL: `postgres://test:test@test.localhost/${name}` });

// Made before anybody asks through the worker, whose patience with a database is shorter than that may take.
const { NEON_ENDPOINT } = env as unknown as { readonly NEON_ENDPOINT: string };
const made = await fetch(NEON_ENDPOINT, {
  method: "POST",
  headers: { "Neon-Connection-String": env.DATABASE_URL },
  body: '{"query":"select 1","params":[]}',
});
if (!made.ok) throw new Error(`The test database was not made: ${await made.text()}`);
