/**
 * What pages of other origins may do in a browser (Fetch standard, "CORS protocol"). Invariant: an origin counts that
 * the configuration lists, to the letter, and credentials of the browser never do, so what a page can do here it can do
 * by a token that it has.
 */

export const allowOriginHeader = 'Access-Control-Allow-Origin';

/**
 * Of every answer where any origin is allowed, also to none: a cache that forgot it would give an answer for one origin
 * to another, and one without the header to the origin that is allowed (Fetch standard, "CORS protocol and HTTP
 * caches").
 */
export const varyByOrigin = { Vary: 'Origin' } as const;

/** Of answers, what a page may read besides what any may (Fetch standard, "CORS-safelisted response-header name"). */
export const exposeHeaders = {
  'Access-Control-Expose-Headers': [
    'Accept-Encoding',
    'Allow',
    'Link',
    'Retry-After',
    'Server-Timing',
    'WWW-Authenticate',
    'X-Content-Type-Options',
    'x-amzn-Remapped-WWW-Authenticate',
    'x-amzn-RequestId',
  ].join(', '),
} as const;
