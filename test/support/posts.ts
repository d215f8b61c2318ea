import type { Person } from "./people";
import { send, type Sent } from "./requests";

/** A post that somebody wrote over HTTP. */
export async function givenPost(
  { headers }: Pick<Person, "headers">,
  fields: Record<string, unknown> = {},
): Promise<Sent> {
  const title = `A post ${crypto.randomUUID()}`;
  const answer = await send("POST", "/v1/posts", {
    headers,
    body: { title, content: "Some *words*.", ...fields },
  });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer;
}
