import { createServer } from "node:net";

import { codeOf, LocalFailure } from "./failure.ts";

/**
 * Makes sure that a port can be listened on.
 *
 * @throws LocalFailure when something else does.
 */
export async function requirePort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (error) => {
      const taken = codeOf(error) === "EADDRINUSE";
      const reason = taken ? "is in use" : `cannot be used (${codeOf(error)})`;
      reject(new LocalFailure(`port ${port} ${reason}; choose another with --port`));
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
