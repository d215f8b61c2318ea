/** Borne by whatever a cache may keep, so that one purge reaches all of it. */
export const EVERYTHING = "content";

/** As many tags as one answer bears, and as one purge may name. */
export const MOST_TAGS = 100;
