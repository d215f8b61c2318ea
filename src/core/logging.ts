export type Level = "debug" | "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;

/** Structured logs: one JSON object a line, with secrets and mail addresses taken out. */
export interface Logger {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** A logger that says `fields` on every line. */
  with(fields: Fields): Logger;
}

const levels: readonly Level[] = ["debug", "info", "warn", "error"];

export const createLogger = (threshold: Level, bound: Fields): Logger =>
  new Lines(threshold, bound);

/** A class, because every request makes one. */
class Lines implements Logger {
  readonly #threshold: Level;
  readonly #bound: Fields;

  constructor(threshold: Level, bound: Fields) {
    this.#threshold = threshold;
    this.#bound = bound;
  }

  debug(event: string, fields?: Fields): void {
    this.#write("debug", event, fields);
  }

  info(event: string, fields?: Fields): void {
    this.#write("info", event, fields);
  }

  warn(event: string, fields?: Fields): void {
    this.#write("warn", event, fields);
  }

  error(event: string, fields?: Fields): void {
    this.#write("error", event, fields);
  }

  with(fields: Fields): Logger {
    return new Lines(this.#threshold, { ...this.#bound, ...fields });
  }

  #write(level: Level, event: string, fields: Fields = {}): void {
    if (levels.indexOf(level) < levels.indexOf(this.#threshold)) return;
    console[level](JSON.stringify(redact({ level, event, ...this.#bound, ...fields })));
  }
}

const secretName = /password|secret|token|authorization|cookie|api_?key|idempotency/iu;
const secretText =
  /\b(?:sk|ses|inv|rst|prv)_[\w.-]{8,}|\bwhsec_[\w+/=-]{8,}|(?<=\w:\/\/[^:/\s]+:)[^@\s]+(?=@)|\$argon2id\$\S+|Bearer\s+\S+/gu;
/** What one of the two below cannot be without. Most of what is logged has nothing of it. */
const suspicious = /[@_$]|Bearer/u;
const mailAddress = /[\w.+-]+@[\w-]+\.[\w.-]+/gu;

/** Takes out what must not be in a log: by the name of the field, and by its look in any text. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") {
    if (!suspicious.test(value)) return value;
    return value.replace(secretText, "[secret]").replace(mailAddress, "[mail]");
  }
  if (value instanceof Error) return redactError(value, depth);
  if (typeof value !== "object" || value === null) return value;
  if (depth > 6) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      secretName.test(key) ? "[secret]" : redact(item, depth + 1),
    ]),
  );
}

/** A failed query's message lists its parameters, so only the cause may speak for it. */
function redactError(error: Error, depth: number): unknown {
  const withoutParameters = error.message.split("\nparams:")[0];
  return {
    name: error.name,
    message: redact(withoutParameters, depth),
    ...("code" in error ? { code: error.code } : {}),
    stack: redact(
      error.stack
        ?.split("\n")
        .filter((line) => /^\s+at /u.test(line))
        .slice(0, 12)
        .join("\n"),
    ),
    ...(error.cause === undefined || depth > 4 ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}
