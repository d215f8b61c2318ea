/** How often something may be tried by whom before they have to wait. */
export interface Throttle {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

const minutes = 60;
const hours = 60 * minutes;

export const throttles = {
  signInToAccount: { name: "sign-in account", limit: 10, windowSeconds: 15 * minutes },
  signInFromNetwork: { name: "sign-in network", limit: 50, windowSeconds: 15 * minutes },
  signUpFromNetwork: { name: "sign-up network", limit: 20, windowSeconds: hours },
  resetOfAccount: { name: "reset account", limit: 3, windowSeconds: hours },
  resetFromNetwork: { name: "reset network", limit: 10, windowSeconds: hours },
  /** The password of somebody who is signed in already: whoever found their session must not guess on. */
  passwordOfSession: { name: "password session", limit: 10, windowSeconds: 15 * minutes },
} as const satisfies Record<string, Throttle>;
