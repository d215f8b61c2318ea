import { inject } from "vitest";

import type { Person } from "./people";
import type { ReceivedCall, ReceiverAnswer } from "./receiver";
import { send } from "./requests";

/** Somewhere that nobody else calls. */
export interface GivenReceiver {
  readonly url: string;
  /** How it answers from now on: one after another, the last for good. */
  answer(...answers: readonly ReceiverAnswer[]): Promise<void>;
  /** Everything that arrived, oldest first. */
  calls(): Promise<ReceivedCall[]>;
}

export function givenReceiver(): GivenReceiver {
  const url = `${inject("receiversUrl")}/${crypto.randomUUID()}`;
  return {
    url,
    answer: async (...answers) => {
      await fetch(url, { method: "PUT", body: JSON.stringify(answers) });
    },
    calls: async () => (await (await fetch(url)).json<{ data: ReceivedCall[] }>()).data,
  };
}

export interface GivenWebhook {
  readonly id: string;
  readonly secret: string;
  readonly etag: string;
}

/** A webhook that somebody made over HTTP. */
export async function givenWebhook(
  { headers }: Pick<Person, "headers">,
  fields: Record<string, unknown>,
): Promise<GivenWebhook> {
  const answer = await send("POST", "/v1/webhooks", {
    headers,
    body: { events: ["*"], ...fields },
  });
  if (answer.status !== 201) throw new Error(answer.text);
  return { id: answer.body.id, secret: answer.body.secret, etag: answer.etag };
}
