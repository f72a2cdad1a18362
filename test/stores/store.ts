/** A store as the documented block leaves it, with tenants in it, and tokens for everybody who has an identity there. */
import {
  replaced,
  runSetup,
  type SetupVariables,
  setupBlock,
} from '../../local/vault-setup-block.ts';
import type { Bao } from './bao.ts';
import { accountId, type Claims, type WebIdentityIssuer } from './web-identity.ts';

export const tenants = ['acme', 'globex', 'initech'] as const;

/** The claim of AWS's tokens that names the tenant, as a JSON pointer (RFC 6901). */
export const tenantClaim = '/https:~1~1sts.amazonaws.com~1/principal_tags/TenantId';

export const audience = 'https://vault.example.com:8200';
export const roleArn = (name: string) => `arn:aws:iam::${accountId}:role/TenantKeys-${name}`;

export interface Answer {
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly auth?: { readonly client_token: string; readonly policies: readonly string[] };
  /** the store's own words */
  readonly words: string;
}

export type ProductIdentity = 'control-plane' | 'reconciler' | 'observer' | 'certificates';

/** Whose tokens the store takes, and whom these name. */
export interface Tokens {
  /** of the block, beside the issuer */
  readonly variables: Partial<SetupVariables>;
  readonly tenantClaim: string;
  readonly subjects: Readonly<Record<ProductIdentity, string>>;
  subjectOf(tenant: string): string;
  claimsOf(tenant: string): Partial<Claims>;
}

export const stsTokens: Tokens = {
  variables: {},
  tenantClaim,
  subjects: {
    'control-plane': roleArn('ControlPlaneRole'),
    reconciler: roleArn('ReconcilerRole'),
    observer: roleArn('ReconcilerRole'),
    certificates: roleArn('CertificatesRole'),
  },
  subjectOf: () => roleArn('TenantRole'),
  claimsOf: (tenant) => ({ principalTags: { TenantId: tenant } }),
};

export type Role = Readonly<Record<string, unknown>>;

export interface Store {
  /** of the JWT mount, and the beginning of the policies' names */
  readonly auth: string;
  readonly transit: string;
  readonly tokens: Tokens;
  call(token: string | undefined, method: string, path: string, body?: object): Promise<Answer>;
  /** A token of AWS's, of the tenant role's for this store's audience if nothing else is said. */
  webIdentityToken(claims: Partial<Claims>): Promise<string>;
  /** @param role of the JWT mount */
  login(role: string, claims: Partial<Claims>): Promise<Answer>;
  /** @throws Error where the store does not let it in */
  tokenOf(identity: ProductIdentity | { readonly tenant: string }): Promise<string>;
  /** what the control plane writes for a tenant */
  roleOf(tenantId: string, change?: Role): Role;
  onboard(tenantId: string, change?: Role): Promise<void>;
}

export interface StoreOptions {
  readonly name?: string;
  /** what is taken out of the block, or put into it */
  readonly change?: readonly (readonly [from: string, to: string])[];
  /** what the control plane writes otherwise */
  readonly role?: Role;
  readonly tokens?: Tokens;
}

export async function openStore(
  bao: Bao,
  issuer: WebIdentityIssuer,
  { name = 'tenant-keys', change = [], role = {}, tokens = stsTokens }: StoreOptions = {},
): Promise<Store> {
  const { variables: ofTokens } = tokens;
  const variables = { ...ofTokens, transit: name, auth: name, issuer: issuer.url };
  const block = change.reduce((block, [from, to]) => replaced(block, from, to), setupBlock());
  await runSetup(bao.env, variables, block);
  const store = storeAt(bao.address, issuer, { name, role, tokens });
  for (const tenantId of tenants) await store.onboard(tenantId);
  return store;
}

function storeAt(
  address: string,
  issuer: WebIdentityIssuer,
  { name, role: change, tokens }: Required<Pick<StoreOptions, 'name' | 'role' | 'tokens'>>,
): Store {
  const { tenantClaim, subjects } = tokens;
  const call: Store['call'] = async (token, method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'Content-Type': type, ...(token !== undefined && { 'X-Vault-Token': token }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json().catch(() => ({}))) as Partial<Answer> & {
      readonly errors?: readonly string[];
    };
    return { status: response.status, ...answer, words: (answer.errors ?? []).join(' ') };
  };
  const webIdentityToken: Store['webIdentityToken'] = (claims) =>
    issuer.token({ sub: roleArn('TenantRole'), aud: audience, ...claims });
  const login: Store['login'] = async (role, claims) => {
    const jwt = await webIdentityToken(claims);
    return call(undefined, 'POST', `auth/${name}/login`, { role, jwt });
  };
  const store: Store = {
    auth: name,
    transit: name,
    tokens,
    call,
    webIdentityToken,
    login,
    async tokenOf(identity) {
      const { auth, words } =
        typeof identity === 'string'
          ? await login(identity, { sub: subjects[identity] })
          : await login(`tenant-${identity.tenant}`, tokens.claimsOf(identity.tenant));
      if (auth === undefined) throw new Error(words);
      return auth.client_token;
    },
    roleOf: (tenantId, more = {}) => ({
      role_type: 'jwt',
      user_claim: tenantClaim,
      user_claim_json_pointer: true,
      claim_mappings: { [tenantClaim]: 'tenant_id' },
      bound_claims: { [tenantClaim]: tenantId },
      bound_subject: tokens.subjectOf(tenantId),
      bound_audiences: audience,
      token_policies: `${name}-tenant-${tenantId}`,
      token_no_default_policy: true,
      token_type: 'batch',
      token_ttl: '15m',
      ...change,
      ...more,
    }),
    onboard: (tenantId, more) => onboard(store, tenantId, more),
  };
  return store;
}

/** As the control plane does it, with its own token. @throws Error where the store refuses a step */
async function onboard(store: Store, tenantId: string, change?: Role): Promise<void> {
  const token = await store.tokenOf('control-plane');
  const must = async (...request: [method: string, path: string, body?: object]) => {
    const answer = await store.call(token, ...request);
    if (answer.status >= 300) throw new Error(`${request[1]}: ${answer.status} ${answer.words}`);
    return answer;
  };
  await must('POST', `${store.transit}/keys/${tenantId}`, keyOptions);
  await must('POST', `auth/${store.auth}/role/tenant-${tenantId}`, store.roleOf(tenantId, change));
  const { data } = await must('GET', `sys/policies/acl/${store.auth}-tenant`);
  const policy = Buffer.from(String(data?.policy)).toString('base64');
  await must('POST', `sys/policies/acl/${store.auth}-tenant-${tenantId}`, { policy });
}

const keyOptions = {
  type: 'aes256-gcm96',
  derived: false,
  exportable: false,
  allow_plaintext_backup: false,
  auto_rotate_period: '8760h',
};
