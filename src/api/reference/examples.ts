import { type ApiDocument, isNullable, nameOf, resolve, type Schema, typesOf } from "./shape";

/**
 * What shows a text or a number best when its schema has no example, by the name of the field; with the
 * name of the schema in front, also when it has one that fits less well.
 */
const samples: Readonly<Record<string, unknown>> = {
  "ApiKey.expires_at": "2027-11-23T09:30:00.000Z",
  "ApiKey.kind": "secret",
  "ApiKeyWish.expires_at": "2027-11-23",
  "ApiKeyWish.name": "Build server",
  "Byline.slug": "ada-lovelace",
  "Invite.expires_at": "2026-11-30T09:30:00.000Z",
  "MyChanges.slug": "ada-lovelace",
  "NewApiKey.expires_at": "2027-11-23T09:30:00.000Z",
  "NewApiKey.kind": "secret",
  "NewTag.slug": "news",
  "Session.expires_at": "2026-12-23T09:30:00.000Z",
  "SignedIn.expires_at": "2026-12-23T09:30:00.000Z",
  "TagChanges.slug": "news",
  "TagLabel.name": "News",
  "TagLabel.slug": "news",
  "UserChanges.slug": "ada-lovelace",
  id: "hello-world",
  title: "Hello, world",
  slug: "hello-world",
  name: "Ada Lovelace",
  email: "ada@example.com",
  bio: "Writes about engines that weave algebra.",
  website: "https://example.com",
  avatar_url: "https://example.com/ada.jpg",
  description: "What happens, as it happens.",
  excerpt: "Some words.",
  content: "Some *words*.",
  feature_image: "https://example.com/picture.jpg",
  meta_title: "Hello, world",
  meta_description: "A first post, and what it says.",
  og_title: "Hello, world",
  og_description: "A first post, and what it says.",
  og_image: "https://example.com/picture.jpg",
  canonical_url: "https://example.com/hello-world",
  posts: 12,
  word_count: 420,
  reading_time: 2,
  token: "Rk1c3uXv0n8yQ2mB7tZp5w",
  invite_token: "Rk1c3uXv0n8yQ2mB7tZp5w",
  current_password: "seven quiet otters at noon",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  network: "203.0.113.7",
  hint: "x7Qd",
  kind: "draw-report",
  size: 48_213,
  created: 1041,
  updated: 6,
  unchanged: 2,
  failed: 1,
  path: "news/hello.md",
  code: "front_matter_invalid",
  reason: "The front matter is not YAML.",
  message: "The document could not be read.",
  max_failures: 5,
  attempts: 1,
  failures: 0,
  progress: 0,
  file_name: "publication-2026.pdf",
  from: "2026-01-01",
  to: "2026-12-31",
  cursor: "WyIyMDI2LTExLTIzVDA5OjMwOjAwLjAwMFoiXQ.Zb0c2w",
  tag: "news",
  author: "ada-lovelace",
  labels: "early-bird",
  label: "early-bird",
  without: "press",
  q: "ada",
  newsletters: "weekly",
  newsletter: "Weekly",
  sender: "Ada Lovelace <letters@example.com>",
  sender_name: "Ada Lovelace",
  sender_email: "letters@example.com",
  reply_to: "editors@example.com",
  postal_address: "Example Press, 1 Long Street, London",
  subject: "Hello, world",
  attestation: "They signed the list at our fair on 3 March 2026.",
  created_at: "2026-11-23T09:30:00.000Z",
  "svix-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  "svix-timestamp": "1795426200",
  "svix-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
};

/** What an example does not have, though it could: it would say something else with it. */
const absent: ReadonlySet<string> = new Set([
  "deleted_at",
  "error",
  "file_url",
  "finished_at",
  "next_cursor",
  "pages",
  "pause_reason",
  "result",
  "sha256",
]);

/** Fields that exclude another one that is shown. */
const excluded: ReadonlySet<string> = new Set(["SignUp.setup_token"]);

const formats: Readonly<Record<string, unknown>> = {
  date: "2026-11-23",
  "date-time": "2026-11-23T09:30:00.000Z",
  email: "ada@example.com",
  uri: "https://example.com",
  uuid: "0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11",
};

/** Where a value stands: the schemas it can refer to, the schema it is a field of, and its own name. */
interface Place {
  readonly schemas: ApiDocument["components"]["schemas"];
  readonly owner: string;
  readonly name: string;
}

/**
 * A value that the schema allows, the same for the same schema. What the schema itself gives as an
 * example goes before anything made up.
 */
export const exampleOf = (
  schema: Schema,
  schemas: ApiDocument["components"]["schemas"],
  name = "",
): unknown => valueOf(schema, { schemas, owner: "", name });

function valueOf(schema: Schema, place: Place): unknown {
  const whole = resolve(schema, place.schemas);
  const fitting = samples[`${place.owner}.${place.name}`];
  if (fitting !== undefined) return fitting;
  if (absent.has(place.name) && (isNullable(whole) || !("type" in whole))) return null;
  if (whole.format === "uri" && place.name in samples) return samples[place.name];
  if (whole.example !== undefined) return whole.example;
  if (whole.const !== undefined) return whole.const;
  if (whole.enum) return whole.enum.includes("published") ? "published" : whole.enum[0];
  const owner = nameOf(schema) ?? place.owner;
  const options = [...(whole.oneOf ?? []), ...(whole.anyOf ?? [])];
  const fullest = options.findLast(({ type }) => type !== "null");
  if (fullest) return valueOf(fullest, { ...place, owner });
  const type = typesOf(whole)[0];
  if (type === "object") return objectOf(whole, { ...place, owner });
  if (type === "array") return whole.maxItems === 0 ? [] : [valueOf(whole.items ?? {}, place)];
  if (type === "boolean") return whole.default ?? false;
  return type === undefined || type === "null" ? null : scalarOf(whole, type, place.name);
}

const objectOf = ({ properties = {} }: Schema, place: Place) =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !excluded.has(`${place.owner}.${name}`))
      .map(([name, each]) => [name, valueOf(each, { ...place, name })]),
  );

function scalarOf(schema: Schema, type: string, name: string): unknown {
  if (schema.format !== undefined && schema.format in formats) return formats[schema.format];
  if (schema.default !== undefined) return schema.default;
  const sample = samples[name];
  if (typeof sample === (type === "string" ? "string" : "number")) return sample;
  return type === "string" ? "text" : Math.max(1, schema.minimum ?? 1);
}
