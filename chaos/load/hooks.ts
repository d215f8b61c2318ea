import type { World } from "#chaos/world";

import { createStory, insist } from "./client.ts";

/** Endpoints that are told of everything. To be made while everything works: a secret is shown once. */
export async function makeWebhooks(world: World, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const url = `${world.origin}/hooks/endpoint-${number}`;
    const asked = { method: "POST", path: "/v1/webhooks", body: { url, events: ["*"] } };
    const reply = await insist(world, createStory(), asked, world.random);
    if (reply.status !== 201) throw new Error(`a webhook answered ${reply.bytes.toString()}`);
    world.hooks.secrets.set(`endpoint-${number}`, String(reply.body["secret"]));
  }
}
