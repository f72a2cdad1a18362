/** What the token endpoint takes: client credentials (RFC 6749 section 4.4) and token exchange (RFC 8693 section 2.1). */
import { z } from 'zod';
import { OAuthError } from './oauth-error.ts';

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const ownTokenTypes = [accessTokenType, 'urn:ietf:params:oauth:token-type:jwt'] as const;

/** Each may come several times; no other parameter may (RFC 6749 section 3.2). */
const repeatable = ['audience', 'resource'];

const text = z.string();
const common = {
  client_id: text.optional(),
  client_secret: text.optional(),
  tenant_id: text.optional(),
  audience: z.array(text).default([]),
  resource: z.array(text).default([]),
};

const clientCredentials = z.strictObject({
  ...common,
  grant_type: z.literal('client_credentials'),
  scope: text,
});

const exchange = z.strictObject({
  ...common,
  grant_type: z.literal(exchangeGrant),
  scope: text.optional(),
  subject_token: text,
  subject_token_type: z.enum(ownTokenTypes),
  actor_token: text.optional(),
  actor_token_type: z.enum(ownTokenTypes).optional(),
  requested_token_type: z.enum(ownTokenTypes).optional(),
});

const request = z.discriminatedUnion('grant_type', [clientCredentials, exchange]);
export type TokenRequest = z.output<typeof request>;
export type ExchangeRequest = z.output<typeof exchange>;

/** @throws OAuthError */
export function readTokenRequest(body: string): TokenRequest {
  const parsed = request.safeParse(membersOf(new URLSearchParams(body)));
  if (!parsed.success) throw refusal(parsed.error);
  const { data } = parsed;
  if (!data.resource.every(isResource)) {
    throw new OAuthError('invalid_target', 'resource: must be an absolute URI without a fragment');
  }
  if (data.grant_type === exchangeGrant && !data.actor_token !== !data.actor_token_type) {
    throw new OAuthError(
      'invalid_request',
      'actor_token, actor_token_type: come both, or neither does',
    );
  }
  return data;
}

/** A parameter without a value counts as left out (RFC 6749 section 3.2). */
function membersOf(form: URLSearchParams): object {
  const members = [...new Set(form.keys())].flatMap((name): [string, unknown][] => {
    const values = form.getAll(name).filter((value) => value !== '');
    if (values.length === 0) return [];
    if (repeatable.includes(name)) return [[name, values]];
    if (values.length > 1) {
      throw new OAuthError('invalid_request', 'a parameter comes twice; audience, resource may');
    }
    return [[name, values[0]]];
  });
  return Object.fromEntries(members);
}

/** RFC 8707 section 2 */
const isResource = (uri: string) => URL.canParse(uri) && !uri.includes('#');

/** RFC 6749 section 5.2 takes no quotes in a description, and the library's own texts have some. */
function refusal(error: z.ZodError): OAuthError {
  const isGrant = error.issues.some(({ path }) => path[0] === 'grant_type');
  if (isGrant) {
    const grants = `client_credentials or ${exchangeGrant}`;
    return new OAuthError('unsupported_grant_type', `grant_type: must be ${grants}`);
  }
  const described = error.issues.map(({ code, path }) =>
    code === 'unrecognized_keys'
      ? `form: has a parameter that this grant does not take; it takes ${parameters}`
      : `${path.join('.')}: is missing, or is none that counts`,
  );
  return new OAuthError('invalid_request', described.join('; '));
}

const parameters = Object.keys(exchange.shape).join(', ');
