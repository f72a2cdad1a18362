/**
 * Entra's token endpoint, as far as a workload signs in by a federated credential: it reads the issuer's published keys and
 * compares issuer, subject and audience exactly. Codes by Microsoft's list of error codes and Azure/login's issues 515 and
 * 517, azure-workload-identity's issues 608 and 642.
 */
import { randomUUID } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import {
  type AccessTokens,
  type Audience,
  accessTokenSeconds,
  audiences,
} from './access-tokens.ts';
import type { Application, Directory } from './directory.ts';
import { type Answer, type Call, Refusal } from './serve.ts';

export interface EntraParts {
  readonly entraTenantId: string;
  readonly directory: Directory;
  readonly tokens: AccessTokens;
  readonly now: () => number;
  /** scopes of this double's own addresses, beside the public cloud's */
  readonly ownScopes: () => Readonly<Record<string, Audience>>;
}

const federation = 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation';
const bearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export const entra =
  (parts: EntraParts) =>
  async (call: Call): Promise<Answer> => {
    const metadata = `/${parts.entraTenantId}/v2.0/.well-known/openid-configuration`;
    if (call.method === 'GET' && call.path === metadata) return metadataOf(parts, call);
    const isToken = call.path === `/${parts.entraTenantId}/oauth2/v2.0/token`;
    if (!isToken || call.method !== 'POST') {
      throw refusal(
        400,
        'invalid_request',
        90002,
        'Tenant not found. Check to make sure you have the correct tenant ID.',
      );
    }
    return tokenFor(parts, new URLSearchParams(call.body));
  };

/** What a client of Microsoft's reads before its first sign-in. */
function metadataOf({ entraTenantId }: EntraParts, { headers }: Call): Answer {
  const base = `https://${headers.host}/${entraTenantId}`;
  const body = {
    issuer: `${base}/v2.0`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  };
  return { status: 200, body };
}

async function tokenFor(parts: EntraParts, form: URLSearchParams): Promise<Answer> {
  const text = (name: string) => form.get(name) ?? '';
  if (text('grant_type') !== 'client_credentials' || text('client_assertion_type') !== bearer) {
    throw refusal(
      400,
      'invalid_request',
      900144,
      "The request body must contain the following parameter: 'grant_type', 'client_assertion_type'.",
    );
  }
  const audience = audienceOf(parts, text('scope'));
  const application = parts.directory.find(text('client_id'));
  if (application === undefined) {
    throw refusal(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${text('client_id')}' was not found in the directory '${parts.entraTenantId}'.`,
    );
  }
  await verify(parts, application, text('client_assertion'));
  const body = {
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
    ext_expires_in: accessTokenSeconds,
    access_token: parts.tokens.issue(application, audience),
  };
  return { status: 200, body };
}

function audienceOf({ ownScopes }: EntraParts, scope: string): Audience {
  const [asked] = scope.split(' ');
  const known = {
    ...ownScopes(),
    [audiences.vault]: 'vault',
    [audiences.resourceManager]: 'resourceManager',
  } as const;
  const found = Object.entries(known).find(([url]) => asked === `${url}/.default`);
  if (found !== undefined) return found[1];
  throw refusal(
    400,
    'invalid_scope',
    70011,
    `The provided value for the input parameter 'scope' isn't valid. The scope ${scope} isn't valid.`,
  );
}

async function verify(
  parts: EntraParts,
  application: Application,
  assertion: string,
): Promise<void> {
  const claims = claimsOf(assertion);
  const credentials = [...application.credentials.values()].filter(
    ({ since }) => since <= parts.now(),
  );
  const noMatch = (code: number, what: string, value: unknown) =>
    refusal(
      401,
      'invalid_client',
      code,
      `No matching federated identity record found for presented assertion ${what} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. ${federation}`,
    );
  const byIssuer = credentials.filter(({ issuer }) => issuer === claims.iss);
  if (byIssuer.length === 0) throw noMatch(700211, 'issuer', claims.iss);
  const bySubject = byIssuer.filter(({ subject }) => subject === claims.sub);
  if (bySubject.length === 0) {
    const isOtherCase = byIssuer.some(
      ({ subject }) => subject.toLowerCase() === claims.sub?.toLowerCase(),
    );
    throw noMatch(isOtherCase ? 7002138 : 700213, 'subject', claims.sub);
  }
  const presented = [claims.aud ?? []].flat();
  const isMeant = bySubject.some(({ audiences }) =>
    presented.some((one) => audiences.includes(one)),
  );
  if (!isMeant) throw noMatch(700212, 'audience', claims.aud);
  await verifySignature(String(claims.iss), assertion);
}

function claimsOf(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch {
    throw refusal(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');
  }
}

/** Only RS256 is taken: considerations for federated identity credentials, "Unsupported scenarios". */
async function verifySignature(issuer: string, assertion: string): Promise<void> {
  const keys = createLocalJWKSet({ keys: await publishedKeys(issuer) });
  try {
    await jwtVerify(assertion, keys, { algorithms: ['RS256'], requiredClaims: ['exp', 'sub'] });
  } catch (error) {
    const isLate =
      error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
    throw isLate
      ? refusal(
          401,
          'invalid_client',
          700024,
          'Client assertion is not within its valid time range.',
        )
      : refusal(401, 'invalid_client', 700027, 'Client assertion failed signature validation.');
  }
}

async function publishedKeys(issuer: string) {
  try {
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    const { issuer: named, jwks_uri: at } = (await discovery.json()) as Record<string, string>;
    if (named !== issuer) throw new Error('another issuer');
    const { keys } = (await (await fetch(at ?? '')).json()) as Partial<JSONWebKeySet>;
    if (!Array.isArray(keys)) throw new Error('no keys');
    return keys;
  } catch {
    throw refusal(400, 'invalid_request', 50166, 'Request to External OIDC endpoint failed.');
  }
}

function refusal(status: number, error: string, code: number, words: string): Refusal {
  const [traceId, correlationId] = [randomUUID(), randomUUID()];
  const timestamp = new Date()
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
  return new Refusal(status, {
    error,
    error_description: `AADSTS${code}: ${words} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}
