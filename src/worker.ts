import { app } from "#api/app";
import { atEdge } from "#api/edge/edge";
import { withGhostVersions } from "#api/ghost/versions";
import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { consume, consumeDeadLetters } from "#core/jobs/consume";
import { jobStore } from "#repository/jobs/store";
import { keepUp } from "#service/upkeep";

export default {
  fetch: withGhostVersions(atEdge(app.fetch)),
  async queue(batch, env, execution) {
    const contextFor = (requestId: string) => createContext(env, execution, requestId);
    if (batch.queue.endsWith("-dead")) {
      consumeDeadLetters(batch, contextFor(newId()));
      return;
    }
    // Not before the first message: drawing and fonts have no part in answering a request.
    const { tasks } = await import("#domain/tasks");
    await consume(batch, tasks, jobStore, contextFor);
  },
  async scheduled(_event, env, execution) {
    await keepUp(createContext(env, execution, newId()));
  },
} satisfies ExportedHandler<Env>;
