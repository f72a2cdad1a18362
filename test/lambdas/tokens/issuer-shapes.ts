/**
 * Tokens as issuers make them, by the claims that their documentation shows, with the configuration that fits.
 * Signatures, times and keys are a test's own.
 */
import type { Claims } from '../../../lambdas/tokens/claims.ts';

export interface IssuerShape {
  readonly name: string;
  /** an entry of `issuers`, as an operator writes it; its `issuer` is that of the claims */
  readonly entry: object;
  /** of the header, but for `alg` and `kid` */
  readonly header?: object;
  readonly claims: Claims;
  /** scopes without their prefix, and the tenant, if any; or the word of the refusal */
  readonly gives: { readonly scopes: string; readonly tenant?: string } | string;
}

const cognitoUrl = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1Cd2Ef3';
const directory = '9188040d-6c67-4c5b-b112-36a304b66dad';
const entraUrl = `https://login.microsoftonline.com/${directory}/v2.0`;
const api = 'api://tenant-keys';
/** In tokens of the second version the audience is always the API's client id. */
const entraApi = '00001111-aaaa-2222-bbbb-3333cccc4444';
const auth0Url = 'https://customers.eu.auth0.com/';
const auth0Api = 'https://keys.example.com';
const oktaUrl = 'https://example.okta.com/oauth2/aus9o8wzkhckw9TLa0h7';
const keycloakUrl = 'https://sso.example.com/realms/customers';
const workosUrl = 'https://api.workos.com/user_management/client_01HXYZ';

const cognito = { issuer: cognitoUrl, clientIds: ['7lhlkkfbfb4q5kpp90urffao'] };
const cognitoUser: Claims = {
  sub: 'b3d4e8a2-30c1-70d5-5f2a-1a2b3c4d5e6f',
  'cognito:groups': ['operators'],
  iss: cognitoUrl,
  version: 2,
  client_id: '7lhlkkfbfb4q5kpp90urffao',
  origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  token_use: 'access',
  scope: 'openid tenant-keys/crypto tenant-keys/audit',
  username: 'jane',
};
const cognitoMachine: Claims = {
  sub: '7lhlkkfbfb4q5kpp90urffao',
  iss: cognitoUrl,
  version: 2,
  client_id: '7lhlkkfbfb4q5kpp90urffao',
  token_use: 'access',
  scope: 'tenant-keys/admin',
};

const auth0 = {
  issuer: auth0Url,
  audiences: [auth0Api],
  tenantClaim: 'org_id',
  scopeClaims: ['scope', 'permissions'],
};
const auth0User: Claims = {
  iss: auth0Url,
  sub: 'auth0|5a620d29a840170a9ef43672',
  aud: [auth0Api, 'https://customers.eu.auth0.com/userinfo'],
  azp: 'my_client_id',
  scope: 'openid profile',
  org_id: 'org_9ybsU1dN2dKfDkBi',
  permissions: ['tenant-keys/crypto'],
};

const entra = { issuer: entraUrl, audiences: [entraApi], scopeClaims: ['scp', 'roles'] };
const entraNames = {
  'Keys.Use': 'tenant-keys/crypto',
  'Keys.Admin': 'tenant-keys/admin',
};
const entraDelegated: Claims = {
  aud: entraApi,
  iss: entraUrl,
  idp: `https://sts.windows.net/${directory}/`,
  azp: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
  azpacr: '0',
  oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
  scp: 'Keys.Use',
  sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
  tid: directory,
  uti: 'fqiBqXLPj0eQa82S-IYFAA',
  ver: '2.0',
};
const { scp: _, ...entraClaims } = entraDelegated;
const entraApp: Claims = { ...entraClaims, azpacr: '1', idtyp: 'app', roles: ['Keys.Admin'] };
const entraV1: Claims = {
  ...entraApp,
  iss: `https://sts.windows.net/${directory}/`,
  appid: entraApp.azp,
  ver: '1.0',
};

const okta = { issuer: oktaUrl, audiences: [api], tenantClaim: 'tenant' };
const oktaUser: Claims = {
  ver: 1,
  jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
  iss: oktaUrl,
  aud: api,
  cid: 'nmdP1fcyvdVO11AL7ECm',
  uid: '00ujmkLgagxeRrAg20g3',
  scp: ['openid', 'tenant-keys/crypto'],
  sub: 'jane@example.com',
  tenant: 'acme',
};

const keycloak = {
  issuer: keycloakUrl,
  audiences: ['tenant-keys'],
  tenantClaim: 'organization',
  scopeClaims: ['scope', ['realm_access', 'roles']],
  scopeNames: { 'keys-user': 'tenant-keys/crypto', 'keys-admin': 'tenant-keys/admin' },
};
const keycloakUser: Claims = {
  iss: keycloakUrl,
  aud: ['tenant-keys', 'account'],
  sub: '6f5d1b0c-6a3e-4b6c-9c55-1f2d3e4a5b6c',
  typ: 'Bearer',
  azp: 'shop',
  sid: '0d5a1f7b-1c2d-4e3f-8a9b-0c1d2e3f4a5b',
  acr: '1',
  realm_access: { roles: ['offline_access', 'uma_authorization', 'keys-user', 'keys-admin'] },
  resource_access: { account: { roles: ['view-profile'] } },
  scope: 'openid organization email',
  organization: ['acme'],
};
const { organization: __, ...keycloakWithout } = keycloakUser;

const workos = {
  issuer: workosUrl,
  audiences: ['tenant-keys'],
  tenantClaim: 'org_id',
  scopeClaims: ['permissions'],
  scopeNames: { 'keys:use': 'tenant-keys/crypto' },
  jwksUri: 'https://api.workos.com/sso/jwks/client_01HXYZ',
};
const workosUser: Claims = {
  iss: workosUrl,
  sub: 'user_01HBEQKA6K4QJAS93VPE39W1JT',
  act: { sub: 'admin@example.com' },
  org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S',
  role: 'member',
  permissions: ['posts:read', 'keys:use'],
  sid: 'session_01HQSXZGF8FHF7A9ZZFCW4387R',
  aud: 'tenant-keys',
};
const { aud: ___, ...workosPlain } = workosUser;

export const issuerShapes: readonly IssuerShape[] = [
  {
    name: 'Cognito, a user, whose tenant a trigger has added',
    entry: cognito,
    claims: { ...cognitoUser, tenant_id: 'acme' },
    gives: { scopes: 'crypto audit', tenant: 'acme' },
  },
  {
    name: 'Cognito, a user without a tenant',
    entry: cognito,
    claims: cognitoUser,
    gives: 'no-scope',
  },
  {
    name: 'Cognito, a user of a pool for one tenant',
    entry: { ...cognito, tenants: ['acme'] },
    claims: cognitoUser,
    gives: { scopes: 'crypto audit', tenant: 'acme' },
  },
  {
    name: 'Cognito, a machine',
    entry: cognito,
    claims: cognitoMachine,
    gives: { scopes: 'admin' },
  },
  {
    name: 'Cognito, a machine of a pool for one tenant',
    entry: { ...cognito, tenants: ['acme'] },
    claims: cognitoMachine,
    gives: 'no-scope',
  },
  {
    name: 'Cognito, of another client of the pool',
    entry: { ...cognito, clientIds: ['another'] },
    claims: cognitoUser,
    gives: 'other-audience',
  },
  {
    name: 'Cognito, an ID token',
    entry: { ...cognito, audiences: cognito.clientIds },
    claims: { ...cognitoUser, token_use: 'id', aud: cognito.clientIds[0], at_hash: 'x' },
    gives: 'other-use',
  },
  {
    name: 'Auth0, a user of an organization',
    entry: auth0,
    header: { typ: 'JWT' },
    claims: auth0User,
    gives: { scopes: 'crypto', tenant: 'b32-n5zgoxzzpfrhgvjrmrhdezclmzcgwqtj' },
  },
  {
    name: 'Auth0, a machine, by its permissions, in the profile of RFC 9068',
    entry: auth0,
    header: { typ: 'at+jwt' },
    claims: {
      iss: auth0Url,
      sub: 'my_client_id@clients',
      aud: auth0Api,
      client_id: 'my_client_id',
      gty: 'client-credentials',
      scope: 'tenant-keys/audit-all',
      permissions: ['tenant-keys/audit-all'],
    },
    gives: { scopes: 'audit-all' },
  },
  {
    name: 'Auth0, configured without the slash at the end of the issuer',
    entry: { ...auth0, issuer: auth0Url.slice(0, -1) },
    header: { typ: 'JWT' },
    claims: auth0User,
    gives: 'other-issuer',
  },
  {
    name: 'Entra ID, delegated, of a customer’s directory',
    entry: { ...entra, tenants: ['acme'], scopeNames: entraNames },
    header: { typ: 'JWT' },
    claims: entraDelegated,
    gives: { scopes: 'crypto', tenant: 'acme' },
  },
  {
    name: 'Entra ID, delegated, with the directory as the tenant',
    entry: { ...entra, tenantClaim: 'tid', scopeNames: entraNames },
    header: { typ: 'JWT' },
    claims: entraDelegated,
    gives: { scopes: 'crypto', tenant: directory },
  },
  {
    name: 'Entra ID, app-only',
    entry: { ...entra, scopeNames: entraNames },
    header: { typ: 'JWT' },
    claims: entraApp,
    gives: { scopes: 'admin' },
  },
  {
    name: 'Entra ID, app-only, where nobody said what its role is',
    entry: entra,
    header: { typ: 'JWT' },
    claims: entraApp,
    gives: 'no-scope',
  },
  {
    name: 'Entra ID, the first version, where the second is configured',
    entry: { ...entra, scopeNames: entraNames },
    header: { typ: 'JWT' },
    claims: entraV1,
    gives: 'other-issuer',
  },
  {
    name: 'Entra ID, the first version, where it is configured',
    entry: { ...entra, issuer: String(entraV1.iss), scopeNames: entraNames },
    header: { typ: 'JWT' },
    claims: entraV1,
    gives: { scopes: 'admin' },
  },
  {
    name: 'Okta, a user, of a custom authorization server',
    entry: okta,
    claims: oktaUser,
    gives: { scopes: 'crypto', tenant: 'acme' },
  },
  {
    name: 'Okta, of the org authorization server',
    entry: okta,
    claims: { ...oktaUser, iss: 'https://example.okta.com', aud: 'https://example.okta.com' },
    gives: 'other-issuer',
  },
  {
    name: 'Keycloak, a user of one organization, who is no administrator for that',
    entry: keycloak,
    header: { typ: 'JWT' },
    claims: keycloakUser,
    gives: { scopes: 'crypto', tenant: 'acme' },
  },
  {
    name: 'Keycloak, a user of two organizations',
    entry: keycloak,
    header: { typ: 'JWT' },
    claims: { ...keycloakUser, organization: ['acme', 'globex'] },
    gives: 'bad-tenant',
  },
  {
    name: 'Keycloak, organizations with their attributes',
    entry: keycloak,
    header: { typ: 'JWT' },
    claims: { ...keycloakUser, organization: { acme: { id: '5c1f' } } },
    gives: 'bad-tenant',
  },
  {
    name: 'Keycloak, a user who has lost the claim, at an issuer for customers',
    entry: { ...keycloak, scopes: ['tenant-keys/crypto', 'tenant-keys/audit'] },
    header: { typ: 'JWT' },
    claims: keycloakWithout,
    gives: 'no-scope',
  },
  {
    name: 'Keycloak, without an audience mapper',
    entry: keycloak,
    header: { typ: 'JWT' },
    claims: { ...keycloakUser, aud: 'account' },
    gives: 'other-audience',
  },
  {
    name: 'Keycloak, an ID token',
    entry: { ...keycloak, audiences: ['shop'] },
    header: { typ: 'JWT' },
    claims: { ...keycloakUser, aud: 'shop', typ: 'ID', at_hash: 'x' },
    gives: 'other-use',
  },
  {
    name: 'WorkOS, a user of an organization, with an audience by JWT template',
    entry: workos,
    claims: workosUser,
    gives: { scopes: 'crypto', tenant: 'b32-n5zgoxzqgfefercnim3egtjtgu3vomzqkfguqtkrhe3fcmct' },
  },
  {
    name: 'WorkOS, as it comes, without an audience',
    entry: workos,
    claims: workosPlain,
    gives: 'other-audience',
  },
];
