/**
 * API Gateway's access log: the stack has its format, the indexer reads its lines. Invariant: no line says another
 * thing than what happened, whatever the caller writes. API Gateway puts values into the format as text, and AWS does
 * not document whether it escapes them (quotes once broke such lines, since 2024 they were seen escaped:
 * github.com/DataBiosphere/azul/issues/4348). So the one text of the caller's comes first, and whatever follows is
 * digits, names of ours (an issuer's is a URL of the configuration), or encoded by the authorizer.
 */

/** In this order. API Gateway writes `-` where it has no value. */
export const accessLogMembers = {
  path: '$context.path',
  // RFC 9110 section 5.6.2: a method has no quotes.
  method: '$context.httpMethod',
  principal: '$context.authorizer.loggedPrincipal',
  issuer: '$context.authorizer.issuer',
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  tenantId: '$context.authorizer.tenantId',
  resourcePath: '$context.resourcePath',
  sourceAddress: '$context.identity.sourceIp',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  error: '$context.error.responseType',
} as const;
export type AccessLogMember = keyof typeof accessLogMembers;

/** OpenID Connect Core, section 2, `sub`. API Gateway takes 8 KB of an authorizer, whose policy is most of it. */
const longestPrincipal = 255;

/** @returns the text, without a character that could end a text of JSON; a lone surrogate is U+FFFD */
export const encodedForLog = (principal: string): string =>
  encodeURIComponent(principal.slice(0, longestPrincipal).toWellFormed());

/**
 * The response types of API Gateway that say that a caller was not let in, and the code of the problem that each
 * answers with. Not throttling: whoever floods must not write rows.
 */
export const refusedAttempts = {
  UNAUTHORIZED: 'unauthorized',
  ACCESS_DENIED: 'forbidden',
  INVALID_API_KEY: 'forbidden',
  WAF_FILTERED: 'forbidden',
} as const;
