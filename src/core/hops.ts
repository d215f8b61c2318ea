import { sign } from "./tokens";

/** On every request that the worker makes for somebody: so that it can tell its own, and does not answer itself. */
export const HOP_HEADER = "X-Imprint-Hop";

/** What {@link HOP_HEADER} says. Nobody without the secret can make it. */
export const hopMarkOf = (appSecret: string): Promise<string> => sign(appSecret, "hop", "");
