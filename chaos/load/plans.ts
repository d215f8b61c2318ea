import { setTimeout as sleep } from "node:timers/promises";

import { insistWithKey } from "./client.ts";
import type { Habit } from "./load.ts";

const inMs = (count: number): string => new Date(Date.now() + count).toISOString();

/** Plans when a post goes out, changes the plan now and then, and sometimes when it is taken back. */
export const planner: Habit = {
  name: "planner",
  clients: 2,
  restMs: 500,
  async errand({ world, story, random, mark }) {
    const body = {
      title: `Planned ${mark}`,
      content: `For later, says ${mark}.`,
      metadata: { mark },
    };
    const made = { method: "POST", path: "/v1/posts", body, marker: mark };
    let reply = await insistWithKey(world, story, made, random);
    if (reply.status !== 201) throw new Error(`writing a post answered ${reply.bytes.toString()}`);
    const id = String(reply.body["id"]);
    const turns = random.chance(0.3) ? 2 : 1;
    const isTakenBack = random.chance(0.3);
    const [goesOut, comesBack] = [random.between(800, 2500), random.between(400, 1500)];
    for (let turn = 1; turn <= turns; turn += 1) {
      // A lost answer can take longer than the plan: who asks again then is told that it is too late.
      const publishAt = inMs(goesOut + (turns - turn) * 3000);
      const plan = {
        publish_at: publishAt,
        unpublish_at: isTakenBack
          ? new Date(Date.parse(publishAt) + comesBack).toISOString()
          : null,
      };
      const headers = { "if-match": `"v${String(reply.body["version"])}"` };
      const path = `/v1/posts/${id}/schedule`;
      const marker = `${mark}-plan-${turn}`;
      reply = await insistWithKey(
        world,
        story,
        { method: "POST", path, body: plan, headers, marker },
        random,
      );
      const isLate = reply.status === 422 || reply.status === 412 || reply.status === 409;
      if (reply.status !== 200 && !isLate)
        throw new Error(`a plan answered ${reply.bytes.toString()}`);
      if (isLate) return;
      if (turn === turns) story.plans.push({ id, publishAt, isTakenBack });
      else await sleep(random.between(10, 300));
    }
  },
};
