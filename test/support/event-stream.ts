/** One event as WHATWG HTML, section 9.2.6, has it dispatched. */
export interface StreamedEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

export interface EventReader {
  /** The next event, or null when the stream has ended. */
  next(): Promise<StreamedEvent | null>;
  /** All that are still to come. */
  rest(): Promise<StreamedEvent[]>;
  /** Goes away. */
  cancel(): Promise<void>;
  /** Comments that came so far, and the reconnection time that was asked for, in milliseconds. */
  readonly seen: { comments: number; retry: number | null };
}

/** Reads an event stream by the letter of the standard (sections 9.2.5 and 9.2.6). */
export function readEvents({ body }: Response): EventReader {
  if (!body) throw new Error("There is no stream.");
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const seen: EventReader["seen"] = { comments: 0, retry: null };
  const waiting: StreamedEvent[] = [];
  const state = { text: "", type: "", data: "", lastEventId: "", isFirst: true };

  const dispatch = () => {
    const { type, data, lastEventId } = state;
    Object.assign(state, { type: "", data: "" });
    if (data === "") return;
    waiting.push({ type: type || "message", data: data.replace(/\n$/u, ""), lastEventId });
  };
  const takeField = (line: string) => {
    const [, name = line, value = ""] = /^([^:]*):\x20?(.*)$/su.exec(line) ?? [];
    if (name === "event") state.type = value;
    else if (name === "data") state.data += `${value}\n`;
    else if (name === "id" && !value.includes("\0")) state.lastEventId = value;
    else if (name === "retry" && /^\d+$/u.test(value)) seen.retry = Number(value);
  };
  const takeLine = (line: string) => {
    if (line === "") dispatch();
    else if (line.startsWith(":")) seen.comments += 1;
    else takeField(line);
  };
  const takeText = (text: string, isEnd: boolean) => {
    state.text += state.isFirst ? text.replace(/^\uFEFF/u, "") : text;
    state.isFirst &&= text === "";
    for (;;) {
      // A carriage return at the end may be the first half of a line's end.
      const end = isEnd ? /\r\n|\n|\r/u.exec(state.text) : /\r\n|\n|\r(?!$)/u.exec(state.text);
      if (!end) return;
      takeLine(state.text.slice(0, end.index));
      state.text = state.text.slice(end.index + end[0].length);
    }
  };

  const next = async (): Promise<StreamedEvent | null> => {
    for (;;) {
      const event = waiting.shift();
      if (event) return event;
      const { done, value } = await reader.read();
      takeText(value ?? "", done);
      if (done) return waiting.shift() ?? null;
    }
  };
  return {
    next,
    async rest() {
      const events: StreamedEvent[] = [];
      for (let event = await next(); event; event = await next()) events.push(event);
      return events;
    },
    cancel: () => reader.cancel(),
    seen,
  };
}
