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

## Versions

What can be changed has a \`version\` and a strong \`ETag\`. Changes to posts, tags and users must send it as \`If-Match\`: without it the answer is [42800](/errors#42800); if somebody was faster, [41200](/errors#41200) with the current version, and nothing is overwritten. \`If-None-Match\` answers 304 when nothing has changed.

## Repeating a request

Where \`Idempotency-Key\` is among the headers, send a random value with each new request and repeat the request with the same value when you do not know its outcome. The first answer comes again, with \`Idempotency-Replayed: true\`, for 24 hours. The same key with another body is an error.

## Work that takes time

Imports and reports answer 202 with the address of a resource that has a \`status\`, a \`progress\` from 0 to 1 and, if it failed, an \`error\`. Ask again until the status is \`done\`, \`failed\` or \`cancelled\`.

## Errors

Every error is \`application/problem+json\` (RFC 9457). Its \`internal_code\` tells it apart from all others, begins with the status, and never changes; \`type\` is the address of its description. [All of them](/errors) are listed with what to do. Besides those named with each route, any address can answer [40400](/errors#40400) when no route is there and [40500](/errors#40500) when the route has no such method.

## What every answer says

\`X-Request-Id\` names the request in the log. \`Server-Timing\` says what it cost: time in the database, with the number of round trips as its description, and in all. Nothing may be cached unless \`Cache-Control\` says so.`;

/** The chapters of the reference, in their order. */
export const tags = [
  { name: "auth", description: "Making an account, signing in and out, forgotten passwords." },
  { name: "me", description: "Your own profile, password and sessions." },
  {
    name: "posts",
    description: "Posts and pages, from draft to print, and what they were before.",
  },
  { name: "tags", description: "What posts are about." },
  { name: "authors", description: "Those who have published something, as readers see them." },
  { name: "users", description: "The people who can sign in, their roles and their status." },
  { name: "invites", description: "How people come to have an account." },
  { name: "api keys", description: "Keys for programs: publishable ones and secret ones." },
  { name: "imports", description: "Taking in many documents at once." },
  {
    name: "reports",
    description: "PDF files: about the publication, or a post typeset for print.",
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
