/**
 * What a token lacks, as RFC 6750 section 3 has it in `WWW-Authenticate`. Invariant: words and scopes of ours alone. Of
 * the token it says whether it names a tenant and which of our scopes it has, and of the path nothing, so it is the
 * same answer whether a tenant exists or not.
 */

const realm = 'Bearer realm="tenant-keys"';

/** How the detail of every 403 for a token begins. */
export const notAllowed = 'The token does not allow this request.';

/** Also for a request without a token, of which API Gateway has no answer of its own. */
export const invalidToken = `${realm}, error="invalid_token"`;

/** @param scope the scopes that are lacking, apart by spaces; empty where no scope helps, but another token */
export const insufficientScope = (scope: string): string =>
  `${realm}, error="insufficient_scope"${scope === '' ? '' : `, scope="${scope}"`}`;

/**
 * What the authorizer says of a token for the requests that its policy denies. API Gateway keeps it with the policy,
 * for all paths, so it is of the token and not of the request.
 */
export type TokenRemedy = {
  /** the value of `WWW-Authenticate` */
  readonly challenge: string;
  /** what the token is for, and what to do; without a quotation mark, since it goes into JSON as it is */
  readonly remedy: string;
};

/** As API Gateway names them in a header's mapping, and in a template. */
export const challengeVariable =
  'context.authorizer.challenge' satisfies `${string}.${keyof TokenRemedy}`;
export const remedyVariable =
  '$context.authorizer.remedy' satisfies `${string}.${keyof TokenRemedy}`;
