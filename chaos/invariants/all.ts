import { changeInvariants } from "./changes.ts";
import { fileInvariants } from "./files.ts";
import { hookInvariants } from "./hooks.ts";
import type { Evidence, Invariant } from "./invariant.ts";
import { jobInvariants } from "./jobs.ts";
import { mailInvariants } from "./mail.ts";
import { plansAreKept } from "./plans.ts";
import { sendInvariants } from "./sends.ts";

export const invariants: readonly Invariant[] = [
  ...changeInvariants,
  ...jobInvariants,
  plansAreKept,
  ...mailInvariants,
  ...sendInvariants,
  ...hookInvariants,
  ...fileInvariants,
];

/** Something that should have held and did not. */
export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

export async function findViolations(evidence: Evidence): Promise<readonly Violation[]> {
  const found = await Promise.all(
    invariants.map(async ({ id, contradictions }) =>
      (await contradictions(evidence)).map((what) => ({ invariant: id, what })),
    ),
  );
  return found.flat();
}
