import { insistWithKey } from "./client.ts";
import type { Habit } from "./load.ts";

/** Sends documents to be imported. */
export const importer: Habit = {
  name: "importer",
  clients: 1,
  restMs: 400,
  async errand({ world, story, random, mark }) {
    const count = random.between(60, 160);
    const lines = Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        path: `${mark}/${index}.md`,
        front_matter: {
          title: `Document ${index} of ${mark}`,
          date: "2025-01-01",
          tags: [`Tag ${index % 4}`],
        },
        markdown: `Number ${index} of **${mark}**.\n`,
      }),
    );
    const body = Buffer.from(`${lines.join("\n")}\n`);
    const asked = { method: "POST", path: "/v1/imports", type: "application/x-ndjson", body };
    const reply = await insistWithKey(
      world,
      story,
      { ...asked, marker: `import-${count}-${mark}` },
      random,
    );
    if (reply.status !== 202)
      throw new Error(`importing answered ${reply.status} ${reply.bytes.toString()}`);
  },
};

/** Orders reports, and now and then throws one away. */
export const reporter: Habit = {
  name: "reporter",
  clients: 1,
  restMs: 800,
  async errand({ world, story, random, mark }) {
    const body = { kind: "publication", from: "2020-01-01", to: "2020-12-31" };
    const asked = { method: "POST", path: "/v1/reports", body, marker: `report-${mark}` };
    const reply = await insistWithKey(world, story, asked, random);
    if (reply.status !== 202)
      throw new Error(`a report answered ${reply.status} ${reply.bytes.toString()}`);
  },
};

/** Invites somebody, which sends a mail. */
export const inviter: Habit = {
  name: "inviter",
  clients: 2,
  restMs: 250,
  async errand({ world, story, random, mark }) {
    const body = { email: `${mark}@chaos.example`, role: "author" };
    const asked = { method: "POST", path: "/v1/invites", body, marker: `invite-${mark}` };
    const reply = await insistWithKey(world, story, asked, random);
    if (reply.status !== 201)
      throw new Error(`an invite answered ${reply.status} ${reply.bytes.toString()}`);
  },
};
