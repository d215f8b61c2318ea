import type { CustomTypesConfig } from "pg";

/** Leaves every value as the text PostgreSQL sent, which is what Neon's protocol carries. */
export const textTypes: CustomTypesConfig = { getTypeParser: () => (value: string) => value };
