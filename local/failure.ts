/** Something the person at the keyboard can put right. Its message is the one line they are shown. */
export class LocalFailure extends Error {
  override readonly name = "LocalFailure";
}

/** The message of whatever was thrown, on one line. */
export function oneLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(/\s+/g, " ").trim();
}

/** The `code` of a system or database error, or null when it carries none. */
export function codeOf(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !("code" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}
