/** How often something may be tried by whom before they have to wait. */
export interface Throttle {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

const minutes = 60;
const hours = 60 * minutes;

export const throttles = {
  signInFromPlace: { name: "sign-in place", limit: 10, windowSeconds: 15 * minutes },
  /** Far above that of one place, which alone counts on: nobody locks others out from one network. */
  signInToAccount: { name: "sign-in account", limit: 100, windowSeconds: 15 * minutes },
  signInFromNetwork: { name: "sign-in network", limit: 50, windowSeconds: 15 * minutes },
  signUpFromNetwork: { name: "sign-up network", limit: 20, windowSeconds: hours },
  resetOfAccount: { name: "reset account", limit: 3, windowSeconds: hours },
  resetFromNetwork: { name: "reset network", limit: 10, windowSeconds: hours },
  subscribeFromNetwork: { name: "subscribe network", limit: 20, windowSeconds: hours },
  /** Of all networks together: whoever has many of them cannot have us bomb many others with mail. */
  subscribeAnywhere: { name: "subscribe anywhere", limit: 2000, windowSeconds: hours },
  /** Mails that anybody can have sent to an address by naming it. */
  mailToAddress: { name: "mail address", limit: 1, windowSeconds: 10 * minutes },
  mailToAddressInDay: { name: "mail address day", limit: 3, windowSeconds: 24 * hours },
  /** The password of somebody who is signed in already: whoever found their session must not guess on. */
  passwordOfSession: { name: "password session", limit: 10, windowSeconds: 15 * minutes },
} as const satisfies Record<string, Throttle>;
