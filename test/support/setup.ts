import { env } from "cloudflare:workers";

/** A database of its own for every test file; the endpoint makes it when the first query arrives. */
const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;

Object.assign(env, { DATABASE_URL: `postgres://test:test@test.localhost/${name}` });
