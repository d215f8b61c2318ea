import type { ApiException } from "#api/exceptions";
import { abortReasonOf } from "#repository/guards";

/** Runs something that saves, and turns the reason for which a batch undid itself into an exception. */
export async function explainAborts<Result>(
  save: () => Promise<Result>,
  reasons: Readonly<Record<string, () => ApiException>>,
): Promise<Result> {
  try {
    return await save();
  } catch (error) {
    const explain = reasons[abortReasonOf(error) ?? ""];
    throw explain ? explain() : error;
  }
}
