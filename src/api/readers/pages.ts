import { html } from "hono/html";

import type { NewsletterLabel } from "#domain/subscribers";
import type { Confirmation } from "#service/subscribers/confirm";
import type { Leaving } from "#service/subscribers/leave";
import type { Preferences } from "#service/subscribers/preferences";

import type { Html, Page } from "./layout";

/** What a link says that was cut off on its way, or changed. */
export const brokenLink: Page = {
  title: "This link is not complete",
  main: html`<p>
    Perhaps a part of it got lost on the way. Copy the whole link from the mail into the address
    line of your browser, and nothing was changed until then.
  </p>`,
};

const namesOf = (newsletters: readonly NewsletterLabel[]): Html =>
  newsletters.length === 0
    ? html``
    : html`<ul>
        ${newsletters.map(({ name }) => html`<li>${name}</li>`)}
      </ul>`;

/** Asks whoever got our mail whether they want more. Opening it is no answer: programs open links too. */
export function confirmationPage({ state, email, newsletters }: Confirmation, words: string): Page {
  if (state === "over") {
    return {
      title: "This link has had its time",
      main: html`<p>
        It has expired, or a newer mail has taken its place. Sign up once more where you did, and
        use the link in the mail that comes then.
      </p>`,
    };
  }
  if (state === "confirmed") return confirmedPage(email);
  return {
    title: "One more step",
    main: html`<p>Shall we write to <strong>${email}</strong>?</p>
      ${namesOf(newsletters)}
      <blockquote>${words}</blockquote>
      <form method="post"><button type="submit">Yes, subscribe me</button></form>
      <p class="small">If you did not ask for this, close the page: nothing will be sent.</p>`,
  };
}

const confirmedPage = (email: string): Page => ({
  title: "You are subscribed",
  main: html`<p class="done" role="status">From now on we write to <strong>${email}</strong>.</p>
    <p>Each mail has a link to stop it again. You can close this page.</p>`,
});

/** Asks what somebody wants to get no more. */
export function leavingPage({ subscriber, newsletter }: Leaving): Page {
  const gets = subscriber?.newsletters ?? [];
  const isSubscribed = gets.some(({ id }) => id === newsletter?.id);
  const others = gets.filter(({ id }) => id !== newsletter?.id);
  if (!subscriber || (!isSubscribed && others.length === 0)) return leftPage({ newsletter });
  return {
    title: "Unsubscribe",
    main: html`<p>
        ${
          isSubscribed
            ? html`Shall we stop sending <strong>${newsletter?.name}</strong> to
                <strong>${subscriber.email}</strong>?`
            : html`<strong>${subscriber.email}</strong> does not get this newsletter any more, but
                still gets others:`
        }
      </p>
      ${isSubscribed ? "" : namesOf(others)}
      <form method="post">
        ${
          isSubscribed
            ? html`<button type="submit" name="what" value="one">Unsubscribe</button>`
            : ""
        }
        ${
          others.length > 0 || !isSubscribed
            ? html`<button class="second" type="submit" name="what" value="everything">
                Unsubscribe from everything
              </button>`
            : ""
        }
      </form>
      ${
        isSubscribed && others.length > 0
          ? html`<p class="small">You get from us as well:</p>
              ${namesOf(others)}`
          : ""
      }`,
  };
}

/** Tells whoever has left that they have. It says the same to whom nobody knows. */
export const leftPage = (
  { newsletter }: Pick<Leaving, "newsletter">,
  everything = false,
): Page => ({
  title: "You are unsubscribed",
  main: html`<p class="done" role="status">
      ${
        everything || !newsletter
          ? "You get no more newsletters from us."
          : html`You do not get <strong>${newsletter.name}</strong> any more.`
      }
    </p>
    <p>It works at once. You can close this page.</p>`,
});

/** What somebody gets, and what else they can do. */
export function preferencesPage(
  { subscriber, offers }: Preferences,
  { isSaved = false, exportLink }: { isSaved?: boolean; exportLink: string },
): Page {
  if (!subscriber) return unknownPage;
  const gets = new Set(subscriber.newsletters.map(({ id }) => id));
  const archived = subscriber.newsletters.filter(({ id }) =>
    offers.every((each) => each.id !== id),
  );
  const isActive = subscriber.status === "active";
  return {
    title: "What you get from us",
    main: html`${isSaved ? html`<p class="done" role="status">Saved.</p>` : ""}
      <p>For <strong>${subscriber.email}</strong></p>
      <form method="post">
        <input type="hidden" name="action" value="save" />
        ${isActive ? choices([...offers, ...archived], gets) : notActive}
        <label for="name">Your name</label>
        <input
          id="name"
          type="text"
          name="name"
          maxlength="100"
          autocomplete="name"
          value="${subscriber.name ?? ""}"
        />
        <button type="submit">Save</button>
      </form>
      ${
        isActive
          ? html`<form method="post">
              <input type="hidden" name="action" value="leave" />
              <button class="second" type="submit">Unsubscribe from everything</button>
            </form>`
          : ""
      }
      ${rights(exportLink)}`,
  };
}

/** What the law gives whoever is known: to see it, and to have it deleted. */
const rights = (exportLink: string): Html =>
  html`<section aria-labelledby="data">
      <h2 id="data">Your data</h2>
      <p>Everything we know of you, as one file.</p>
      <a class="button second" href="${exportLink}">Download my data</a>
    </section>
    <section aria-labelledby="erase">
      <h2 id="erase">Forget me</h2>
      <p>
        We delete all of it and never write to you again. A fingerprint of your address stays, from
        which nobody can read it, so that no list can bring you back.
      </p>
      <form method="post">
        <input type="hidden" name="action" value="erase" />
        <label class="choice">
          <input type="checkbox" name="sure" value="yes" required />
          <span>Yes, delete everything about me</span>
        </label>
        <button class="grave" type="submit">Forget me</button>
      </form>
    </section>`;

const notActive = html`<p>
  You get no mail from us. To get some, sign up again where you did, and confirm the mail that
  comes.
</p>`;

const choices = (
  offers: readonly (NewsletterLabel & { readonly description?: string | null })[],
  gets: ReadonlySet<string>,
): Html =>
  html`<fieldset>
    <legend>Newsletters</legend>
    ${offers.map(
      ({ id, name, description }) =>
        html`<label class="choice">
          <input
            type="checkbox"
            name="newsletters"
            value="${id}"
            ${gets.has(id) ? "checked" : ""}
          />
          <strong>${name}</strong>
          ${description ? html`<small>${description}</small>` : ""}
        </label>`,
    )}
  </fieldset>`;

const unknownPage: Page = {
  title: "We do not know you",
  main: html`<p>Nothing is kept under this link any more, and no mail is sent to you.</p>`,
};

export const unsubscribedPage: Page = leftPage({ newsletter: undefined }, true);

export const erasedPage: Page = {
  title: "You are forgotten",
  main: html`<p class="done" role="status">Everything we knew of you is deleted.</p>
    <p>No mail comes to you from us any more. You can close this page.</p>`,
};

/** What cannot be done just now, and why. */
export const failurePage = (detail: string): Page => ({
  title: "That did not work",
  main: html`<p>${detail}</p>
    <p>Nothing is lost: open the link again in a while.</p>`,
});
