/** A queue whose messages the harness keeps. */
export function createQueue(origin: string, name: string): Queue {
  const send = async (messages: readonly unknown[]): Promise<void> => {
    const response = await fetch(`${origin}/queue/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages }),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`Queue send failed: ${response.status}`);
  };
  const queue = {
    send: (body: unknown, options: QueueSendOptions = {}) =>
      send([{ body, delaySeconds: options.delaySeconds ?? 0 }]),
    sendBatch: (messages: Iterable<MessageSendRequest>) =>
      send([...messages].map(({ body, delaySeconds = 0 }) => ({ body, delaySeconds }))),
  };
  return queue as unknown as Queue;
}
