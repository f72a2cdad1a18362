/**
 * The routes of the API and its binary media type. The stack makes API Gateway's resources and methods from them, the
 * authorizer its policies, the handlers their tables of operations. Their schemas are in operations.ts, so that the
 * authorizer does not load them.
 */
import { problemPath } from './problem-type.ts';

/** The media type of raw bytes, which API Gateway passes to the functions as base64. */
export const octetStream = 'application/octet-stream';

/** A scope as a token names it. */
export type Scope = TenantScope | 'tenant-keys/admin' | 'tenant-keys/audit-all';

/**
 * What a token that names a tenant may have. No scope counts both with a tenant and without one: an issuer that drops
 * the claim (Keycloak does for who joins a second organization) must not make of a tenant's right one over all.
 */
export type TenantScope = 'tenant-keys/crypto' | 'tenant-keys/audit';

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** as API Gateway writes a resource path */
  readonly path: string;
  /** any one of them will do */
  readonly scopes: readonly Scope[];
  /** the function that serves it */
  readonly plane: 'tenants' | 'crypto' | 'certificates' | 'audit';
  /** its name in the handler and in logs */
  readonly operation: string;
  readonly gives: Gives;
}

/**
 * What a success gives the caller. `plaintext`: what was encrypted, or the same encrypted again under an
 * encryption context that the caller names, which the caller can then decrypt. Decrypt anomalies are
 * judged by the number of these. `mac`: a keyed hash of what the caller sends, which tells of equality alone.
 */
export type Gives = 'plaintext' | 'ciphertext' | 'newDataKey' | 'mac' | 'metadata';

/** An auditor reads what an administrator reads, and changes nothing. */
const ofAllTenants = (method: Route['method']): readonly Scope[] =>
  method === 'GET' ? ['tenant-keys/admin', 'tenant-keys/audit-all'] : ['tenant-keys/admin'];

type ScopesOf = (method: Route['method'], path: string) => readonly Scope[];

const scopesOf: Readonly<Record<Route['plane'], ScopesOf>> = {
  tenants: ofAllTenants,
  certificates: ofAllTenants,
  crypto: () => ['tenant-keys/crypto'],
  audit: (method, path) => [
    ...(path.includes('{tenantId}') ? (['tenant-keys/audit'] as const) : []),
    ...ofAllTenants(method),
  ],
};

export const routes = [
  // Without a tenant id the answer is always a 400, which is clearer than an unknown route.
  route('PUT', '/tenants', 'tenants', 'onboard', 'metadata'),
  route('PUT', '/tenants/{tenantId}', 'tenants', 'onboard', 'metadata'),
  route('GET', '/tenants/{tenantId}', 'tenants', 'read', 'metadata'),
  route('PATCH', '/tenants/{tenantId}', 'tenants', 'update', 'metadata'),
  route('GET', '/tenants', 'tenants', 'list', 'metadata'),
  route('DELETE', '/tenants/{tenantId}', 'tenants', 'offboard', 'metadata'),
  route('GET', '/tenants/{tenantId}/external-account', 'tenants', 'externalAccount', 'metadata'),
  route('POST', '/tenants/{tenantId}/suspend', 'tenants', 'suspend', 'metadata'),
  route('POST', '/tenants/{tenantId}/resume', 'tenants', 'resume', 'metadata'),
  route('POST', '/tenants/{tenantId}/restore', 'tenants', 'restore', 'metadata'),
  route('PUT', '/tenants/{tenantId}/key/rotation', 'tenants', 'setRotation', 'metadata'),
  route('GET', '/tenants/{tenantId}/key/rotations', 'tenants', 'listRotations', 'metadata'),
  route('POST', '/tenants/{tenantId}/key/rotations', 'tenants', 'rotate', 'metadata'),
  route('POST', '/tenants/{tenantId}/key-store', 'tenants', 'changeKeyStore', 'metadata'),
  route(
    'DELETE',
    '/tenants/{tenantId}/key-store/previous',
    'tenants',
    'endPreviousKey',
    'metadata',
  ),
  route(
    'POST',
    '/tenants/{tenantId}/key-store/previous/restore',
    'tenants',
    'restorePreviousKey',
    'metadata',
  ),
  route(
    'GET',
    '/tenants/{tenantId}/erasure-certificate',
    'certificates',
    'erasureCertificate',
    'metadata',
  ),
  route('GET', '/key-stores', 'tenants', 'listKeyStores', 'metadata'),
  route('GET', '/certificate-key', 'certificates', 'certificateKey', 'metadata'),
  route('POST', '/tenants/{tenantId}/encrypt', 'crypto', 'encrypt', 'ciphertext'),
  route('POST', '/tenants/{tenantId}/decrypt', 'crypto', 'decrypt', 'plaintext'),
  route('POST', '/tenants/{tenantId}/reencrypt', 'crypto', 'reencrypt', 'plaintext'),
  route('POST', '/tenants/{tenantId}/encrypt-batch', 'crypto', 'encryptBatch', 'ciphertext'),
  route('POST', '/tenants/{tenantId}/decrypt-batch', 'crypto', 'decryptBatch', 'plaintext'),
  route('POST', '/tenants/{tenantId}/reencrypt-batch', 'crypto', 'reencryptBatch', 'plaintext'),
  route('POST', '/tenants/{tenantId}/inspect', 'crypto', 'inspect', 'metadata'),
  route('POST', '/tenants/{tenantId}/data-keys', 'crypto', 'generateDataKey', 'newDataKey'),
  route('POST', '/tenants/{tenantId}/data-keys/decrypt', 'crypto', 'decryptDataKey', 'plaintext'),
  route('POST', '/tenants/{tenantId}/mac', 'crypto', 'mac', 'mac'),
  route('POST', '/tenants/{tenantId}/mac-batch', 'crypto', 'macBatch', 'mac'),
  route('PUT', '/tenants/{tenantId}/mac-keys', 'crypto', 'setMacVersions', 'metadata'),
  route('POST', '/tenants/{tenantId}/mac-keys/rewrap', 'crypto', 'rewrapMacKeys', 'metadata'),
  route('GET', '/tenants/{tenantId}/audit', 'audit', 'listEvents', 'metadata'),
  route('GET', '/audit', 'audit', 'listAllEvents', 'metadata'),
] as const satisfies readonly Route[];

function route<P extends Route['plane'], O extends string>(
  method: Route['method'],
  path: string,
  plane: P,
  operation: O,
  gives: Gives,
) {
  const scopes = scopesOf[plane](method, path);
  return { method, path, scopes, plane, operation, gives } as const;
}

/**
 * The OpenAPI document of all this. It is no route of a plane: it needs no token and no function, since API Gateway has
 * the text itself.
 */
export const documentRoute = {
  method: 'GET',
  path: '/openapi.json',
  operation: 'openapi',
} as const;

/** The page that explains every problem, which API Gateway has too. */
export const problemsRoute = { method: 'GET', path: problemPath, operation: 'problems' } as const;

/**
 * The documents of the product's own issuer (OpenID Connect Discovery 1.0, section 4), in a stack whose key stores take its
 * tokens: public, as those of every issuer.
 */
export const issuerPath = '/issuer';
export const issuerRoutes = {
  configuration: { method: 'GET', path: `${issuerPath}/.well-known/openid-configuration` },
  keys: { method: 'GET', path: `${issuerPath}/.well-known/jwks.json` },
} as const;

export type Operation = (typeof routes)[number]['operation'];
export type Plane = Route['plane'];
export type OperationOf<P extends Plane> = Extract<
  (typeof routes)[number],
  { plane: P }
>['operation'];

/** @returns whether no token that names a tenant may reach the plane */
export const isControlPlane = (plane: Plane): boolean =>
  plane === 'tenants' || plane === 'certificates';

const planes = new Map<Operation, Plane>(routes.map(({ operation, plane }) => [operation, plane]));

export const planeOf = (operation: Operation): Plane => planes.get(operation) as Plane;

const operations = new Map<string, Operation>(
  routes.map(({ method, path, operation }) => [`${method} ${path}`, operation]),
);

/**
 * @param path as API Gateway writes a resource path
 * @returns the operation of the route, undefined where there is no such route
 */
export const operationOfRoute = (method: string, path: string): Operation | undefined =>
  operations.get(`${method} ${path}`);
