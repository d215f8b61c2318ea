import type { Row, Standing } from "#test/clients/contract/row";
import { contract } from "#test/clients/contract/table";

const rows = contract.flatMap((part) => part.rows);
const countOf = (standing: Standing): number =>
  rows.filter((row) => row.standing === standing).length;

const words: Readonly<Record<Standing, string>> = {
  same: "as Ghost",
  otherwise: "otherwise",
  absent: "not here",
};

/** A bar would end the cell, even within code. */
const cell = (text: string): string => text.replaceAll("|", String.raw`\|`);

const line = ({ what, standing, note }: Row): string =>
  `| ${cell(what)} | ${words[standing]} | ${cell(note ?? "")} |`;

/** What Ghost's content API promises and where we stand to it, from the table that the tests run. */
export const ghostMarkdown =
  (): string => `<!-- Written by \`npm run documents\` from test/clients/contract/. -->

# Ghost's clients

What was made for the content API of Ghost 6 reads from Imprint unchanged: give it the address of the API and
a publishable key.

\`\`\`js
import GhostContentAPI from "@tryghost/content-api";

const ghost = new GhostContentAPI({
  url: "https://api.example.com",
  key: "0123456789abcdef0123456789",
  version: "v6.0",
});
const posts = await ghost.posts.browse({ limit: 5, include: ["tags", "authors"] });
\`\`\`

The key is one of those that \`POST /v1/api-keys\` makes; it opens \`/v1\` as well. Where there is no axios,
give the client a \`makeRequest\` that uses \`fetch\`.

Below is what Ghost's own server does, by its sources and documentation, ${rows.length} rows in all, and where
this one stands: ${countOf("same")} as Ghost, ${countOf("otherwise")} otherwise, ${countOf("absent")} not here.
The tests ask a running worker about each of them. They also run \`@tryghost/content-api\` (with axios, with
\`fetch\`, and in Chromium from a page of another origin) and \`@ts-ghost/content-api\`, which holds every answer
against a schema.

${contract.map(({ title, rows: of }) => `## ${title}\n\n| What | Here | What is different, and why |\n| --- | --- | --- |\n${of.map(line).join("\n")}\n`).join("\n")}`;
