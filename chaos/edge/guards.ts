import type { Patch } from "#chaos/build";

/** What stands between readers and an answer that is not theirs, or not true any more. */
export interface Guard {
  readonly name: string;
  readonly patches: readonly Patch[];
}

export const guards: readonly Guard[] = [
  {
    name: "who asks",
    patches: [
      {
        file: "src/api/edge/askers.ts",
        find: /\/\^Bearer \(\[0-9a-f\]\{26\}\)\$\/u/u,
        put: "/^Bearer (.+)$/u",
      },
      {
        file: "src/api/edge/edge.ts",
        find: /return key === null && type === null \? url/u,
        put: "return type === null ? url",
      },
      { file: "src/api/edge/edge.ts", find: / \$\{key \?\? ""\}/u, put: "" },
      { file: "src/api/edge/edge.ts", find: /\$\{asker\.key \?\? ""\}/u, put: "" },
      {
        file: "src/api/headers.ts",
        find: /if \(kind !== "publishable_key"\) return;/u,
        put: "void kind;",
      },
    ],
  },
  {
    name: "the key in the name",
    patches: [
      {
        file: "src/api/edge/edge.ts",
        find: /return key === null && type === null \? url/u,
        put: "return type === null ? url",
      },
      { file: "src/api/edge/edge.ts", find: /\$\{asker\.key \?\? ""\}/u, put: "" },
    ],
  },
  {
    name: "Ghost's key in the name",
    patches: [
      {
        file: "src/api/edge/edge.ts",
        find: /const name = nameOf\(address\.url, asker\)/u,
        put: 'const name = nameOf(address.url.replace(/key=\\w+/u, ""), asker)',
      },
      {
        file: "src/api/edge/edge.ts",
        find: /sha256\(`\$\{search\} /u,
        put: 'sha256(`${search.replace(/key=\\w+/u, "")} ',
      },
    ],
  },
  {
    name: "the bound",
    patches: [
      {
        file: "src/api/edge/entries.ts",
        find: /now < entry\.expiresAt && now >= entry\.startedAt/u,
        put: "now >= entry.startedAt",
      },
      {
        file: "src/api/edge/edge.ts",
        find: /startedAt >= entry\.staleAt && !entry\.isRefreshing/u,
        put: "false",
      },
    ],
  },
  {
    name: "the start of the request",
    patches: [
      {
        file: "src/api/edge/edge.ts",
        find: /bytes: await response\.arrayBuffer\(\), startedAt \}/u,
        put: "bytes: await response.arrayBuffer(), startedAt: Date.now() }",
      },
    ],
  },
  {
    // With an app that shows how somebody says they came: everybody else would come that way, too.
    name: "the plain request",
    patches: [
      {
        file: "src/api/edge/edge.ts",
        find: /handler\(plain\(request, address, asker\), env, execution\)/u,
        put: "handler(request, env, execution)",
      },
      {
        file: "src/api/headers.ts",
        find: /c\.res\.headers\.set\("Cache-Tag", /u,
        put: 'c.res.headers.set("X-Way", ["X-Forwarded-Host", "Forwarded", "X-Host", "Via", "Origin", "Referer", "Accept-Language", "Cookie"].map((name) => c.req.header(name) ?? "").join(" "));\n    c.res.headers.set("Cache-Tag", ',
      },
    ],
  },
];
