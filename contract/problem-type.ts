/** What the `type` of a problem is (RFC 9457 section 3.1.1). */

/** The path below the stage at which every code is explained. */
export const problemPath = '/problems';

/**
 * A reference to the API's own page, with its full path, as the RFC advises for relative ones: who runs the API serves
 * the page of that very version, and no other host need exist.
 */
export const problemType = (code: string, stage: string): string =>
  `/${stage}${problemPath}#${code}`;
