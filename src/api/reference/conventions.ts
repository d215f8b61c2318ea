/** The version of the contract; the same as the package's. */
export const API_VERSION = "0.1.0";

/** What holds for every route, in Markdown. */
export const conventions = `Imprint is a headless publishing backend: people, posts, tags, imports and printed reports over HTTP and JSON.

## Who is asking

Send \`Authorization: Bearer …\` with one of three things:

- the **session** token that signing in answers with: a person, with all that their role allows;
- a **secret key** (\`sk_…\`): a program, with the scopes it was given and never more than its maker's role;
- a **publishable key**: reads what is published, and nothing else. It may stand in a page's source.

A browser can use the \`__Host-session\` cookie instead; a change must then come from this very origin. Roles, from the highest: owner, admin, editor, author, contributor. What you may not know to exist is answered as if it did not, with 404.

## Names and values

Paths begin with \`/v1\`. Names are \`snake_case\`, ids are UUIDs (version 7: they sort by age), moments are RFC 3339 in UTC with milliseconds. Fields and parameters that a route does not know are refused, never ignored. A field that is left out of a \`PATCH\` stays as it is. Wherever \`GET\` works, \`HEAD\` does.

## Lists

A list answers \`{ "data": […], "next_cursor": "…" }\`. Give \`next_cursor\` back as \`cursor\`, with all other parameters the same, to have the next page; the \`Link\` header has the whole address. It is null on the last page. \`limit\` is 1 to 100, and 20 if left out. A cursor that is not from this list is an error, never page one.

## Choosing what comes

Posts, tags and authors are read in parts with \`fields=title,slug\`: these members and the \`id\`. \`include\` says which of what stands around comes, \`include=\` that nothing does; \`formats\` as what the text of a post comes: HTML, Markdown, plain text. What \`include\` and \`formats\` name comes besides \`fields\`. An unknown name is an error that names the parameter. The parts are the same for everybody who may read them.

## Versions

What can be changed has a \`version\` and a strong \`ETag\`. Where \`If-Match\` is among the headers, a change must send it: without it the answer is [42800](/errors#42800); if somebody was faster, [41200](/errors#41200) with the current version, and nothing is overwritten. The ETag is compared as a whole; \`"v3"\`, the version alone, will do as well. \`If-None-Match\` answers 304 when nothing has changed.

## Repeating a request

Where \`Idempotency-Key\` is among the headers, send a random value with each new request and repeat the request with the same value when you do not know its outcome. The first answer comes again, with \`Idempotency-Replayed: true\`, for 24 hours. The same key with another body is an error.

## Work that takes time

Imports and reports answer 202 with the address of a resource that has a \`status\`, a \`progress\` from 0 to 1 and, if it failed, an \`error\`. Ask again until the status is \`done\`, \`failed\` or \`cancelled\`, or listen: \`GET /v1/jobs/{job_id}/events\` tells each change as a server-sent event. What failed or was cancelled can be tried again; the documents of an import are kept for a week for that. Reports about the same content, in the same state, are the same bytes.

## What happens at its time

A post can be planned to go out, and to be taken back; a report to come every week or month. A post goes out within seconds of its time, with that time as its date; \`publish_lag_ms\` says how late it was. A new plan takes the place of the old one. What is overdue and was lost is ordered again within a minute, and [\`/health/ready\`](/health/ready) answers 503 when anything is more than two minutes late.

## Errors

Every error is \`application/problem+json\` (RFC 9457). Its \`internal_code\` tells it apart from all others, begins with the status, and never changes; \`type\` is the address of its description. With [42200](/errors#42200) each entry of \`errors\` has a \`pointer\`: a part of the body as a JSON Pointer (\`/title\`), a parameter by its name (\`limit\`). [All of them](/errors) are listed with what to do. Besides those named with each route, any address can answer [40400](/errors#40400) when no route is there and [40500](/errors#40500) when the route has no such method.

## For readers and machines

What is published is also there without the API, in the forms that others know, at addresses without a version: feeds as RSS, Atom and JSON Feed (\`/rss.xml\`, \`/atom.xml\`, \`/feed.json\`; of a tag below \`/tag/{slug}\`, of an author below \`/author/{slug}\`), [sitemaps](/sitemap.xml), [robots.txt](/robots.txt), and oEmbed (\`/oembed?url=…\`). [\`/llms.txt\`](/llms.txt) names what is new for programs that read, and \`/llms-full.txt\` has everything in full, a page at a time. They are the same for everybody, and parameters that readers add to them change nothing. Clients that were made for Ghost's content API find it at \`/ghost/api/content/\`, with a publishable key as \`key\`.

A post is the same at \`/v1/posts/{slug}.md\` as Markdown, \`.txt\` as plain text and \`.json\`, or by \`Accept\` without an ending.

## What every answer says

\`X-Request-Id\` names the request in the log. \`Server-Timing\` says what it cost: time in the database, with the number of round trips as its description, and in all; an answer from the cache has none. Nothing may be cached unless \`Cache-Control\` says so.`;

/** The chapters of the reference, in their order. */
export const tags = [
  { name: "auth", description: "Making an account, signing in and out, forgotten passwords." },
  { name: "me", description: "Your own profile, password and sessions." },
  {
    name: "posts",
    description: "Posts and pages, from draft to print, and what they were before.",
  },
  { name: "tags", description: "What posts are about." },
  {
    name: "media",
    description: "Pictures, sounds, films and documents: uploaded, cleaned, drawn in other sizes.",
  },
  { name: "authors", description: "Those who have published something, as readers see them." },
  { name: "search", description: "Finding what is published." },
  { name: "sync", description: "Copies of what is published, kept up to date." },
  { name: "settings", description: "What the publication says about itself." },
  { name: "users", description: "The people who can sign in, their roles and their status." },
  { name: "invites", description: "How people come to have an account." },
  { name: "api keys", description: "Keys for programs: publishable ones and secret ones." },
  { name: "imports", description: "Taking in many documents at once." },
  {
    name: "reports",
    description: "PDF files: about the publication, or a post typeset for print.",
  },
  {
    name: "newsletters",
    description:
      "Posts by mail: what readers sign up for, what was sent, what became of each mail.",
  },
  {
    name: "webhooks",
    description: "Telling other systems what happens, and what became of each time they were told.",
  },
  {
    name: "subscribers",
    description: "Readers who get mail: how they come, what they get, and how they leave.",
  },
  { name: "jobs", description: "Everything that is done in the background." },
  { name: "health", description: "For those who watch over the deployment." },
];

export const securitySchemes = {
  session: {
    type: "http" as const,
    scheme: "bearer",
    description: "A session token, from signing in.",
  },
  sessionCookie: {
    type: "apiKey" as const,
    in: "cookie" as const,
    name: "__Host-session",
    description: "The same token, kept by a browser.",
  },
  secretKey: {
    type: "http" as const,
    scheme: "bearer",
    description: "A secret key (`sk_…`), with the scopes it was given.",
  },
  publishableKey: {
    type: "http" as const,
    scheme: "bearer",
    description: "A publishable key: 26 hexadecimal digits. Reads what is published.",
  },
};
