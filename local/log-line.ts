/**
 * A line of the worker's log as it is shown in a terminal: `12:30:01 info  request.done status=200 …` for the
 * structured lines of our own logger, any other text as it is.
 *
 * @returns null for what the runtime says about itself.
 */
export function logLine(level: string, message: string): string | null {
  if (/\bwdErrId = |^workerd\//mu.test(message)) return null;
  const fields = readFields(message);
  if (!fields) return `${clock()} ${level.padEnd(5)} ${message}`;
  const { level: own, event, ...rest } = fields;
  const shown = Object.entries(rest).map(([name, value]) => `${name}=${text(value)}`);
  return [clock(), text(own ?? level).padEnd(5), String(event), ...shown].join(" ");
}

function readFields(message: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(message);
    const isEvent = typeof value === "object" && value !== null && "event" in value;
    return isEvent ? { ...value } : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  if (typeof value === "string") return /^[^\s"=]+$/u.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
