/** The version of Ghost whose contract is kept: major and minor, as Ghost itself shows it. */
export const GHOST_VERSION = "6.0";
