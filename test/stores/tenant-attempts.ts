/** What a tenant tries with a session of its own, and what somebody tries to get one. */
import { type Attempt, type Tried, tried } from './attempts.ts';
import { administration, unboundUses, uses } from './key-requests.ts';
import { roleArn, type Store, tenants } from './store.ts';
import type { Claims } from './web-identity.ts';

interface Session {
  readonly tenant: string;
  readonly token: string;
  /** what its key has wrapped */
  readonly ciphertext: string;
}

/** Every tenant upon every other and upon itself, each with a session that was opened before the next tenant's. */
export async function triedByTenants(store: Store): Promise<Tried[]> {
  const sessions: Session[] = [];
  for (const tenant of tenants) sessions.push(await sessionOf(store, tenant));
  const attempts = sessions.flatMap((session) => [
    ...sessions.flatMap((other) => attemptsUpon(store, session, other)),
    ...attemptsUponStore(store, session),
  ]);
  return [...(await tried(store, attempts)), ...(await triedAtNeighboursRoles(store))];
}

async function sessionOf(store: Store, tenant: string): Promise<Session> {
  const token = await store.tokenOf({ tenant });
  const [newKey] = Object.values(uses(store.transit, tenant));
  const { data } = await store.call(token, ...(newKey as Attempt['request']));
  return { tenant, token, ciphertext: String(data?.ciphertext) };
}

function attemptsUpon({ transit }: Store, { tenant, token }: Session, other: Session): Attempt[] {
  const { tenant: key, ciphertext } = other;
  const isOwn = key === tenant;
  const upon = isOwn ? 'its own key' : 'a neighbour';
  const refused = {
    ...unboundUses(transit, key, ciphertext),
    ...administration(transit, key, ciphertext),
  };
  const by = 'a tenant';
  return [
    ...Object.entries(uses(transit, key, ciphertext)).map(([name, request]) => ({
      ...({ by, name, upon, token, request, ...(isOwn && { allowed: true }) } as const),
    })),
    ...Object.entries(refused).map(
      ([name, request]) => ({ by, name, upon, token, request }) as const,
    ),
  ];
}

function attemptsUponStore(store: Store, { tenant, token }: Session): Attempt[] {
  const { auth, transit } = store;
  const requests = {
    'list the keys': ['LIST', `${transit}/keys`],
    'write its policy': ['POST', `sys/policies/acl/${auth}-tenant-${tenant}`, { policy: 'eA==' }],
    'read the policy': ['GET', `sys/policies/acl/${auth}-tenant`],
    'write its role': ['POST', `auth/${auth}/role/tenant-${tenant}`, store.roleOf(tenant)],
    'look up its token': ['GET', 'auth/token/lookup-self'],
    'make another token': ['POST', 'auth/token/create', {}],
    'read its entity': ['GET', `identity/entity/name/${tenant}`],
  } as const;
  return Object.entries(requests).map(([name, request]) => ({
    ...({ by: 'a tenant', name, upon: 'the store', token, request } as const),
  }));
}

async function triedAtNeighboursRoles(store: Store): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const tenant of tenants) {
    for (const other of tenants.filter((one) => one !== tenant)) {
      const answer = await store.login(`tenant-${other}`, store.tokens.claimsOf(tenant));
      all.push({
        ...login,
        by: 'a tenant',
        name: 'log in to its role',
        upon: 'a neighbour',
        answer,
      });
    }
  }
  return all;
}

/** With tokens that AWS gives to somebody else, or for something else. */
export function triedToLogIn(store: Store): Promise<Tried[]> {
  const tags = { principalTags: { TenantId: 'acme' } };
  const logins = {
    'another role of the account': ['tenant-acme', { ...tags, sub: roleArn('Other') }],
    'for another audience': ['tenant-acme', { ...tags, aud: 'https://example.com' }],
    'of another issuer': ['tenant-acme', { ...tags, iss: 'https://example.com' }],
    'signed by another algorithm': ['tenant-acme', { ...tags, alg: 'ES384' }],
    'without a tag': ['tenant-acme', {}],
    'the tenant in the tags of the request': ['tenant-acme', { requestTags: tags.principalTags }],
    'a tenant as the control plane': ['control-plane', tags],
    'a tenant as the reconciler': ['reconciler', tags],
    'a tenant as the observer': ['observer', tags],
    'a tenant as the certificates': ['certificates', tags],
    'the control plane as the reconciler': ['reconciler', { sub: roleArn('ControlPlaneRole') }],
    'the control plane as a tenant': ['tenant-acme', { ...tags, sub: roleArn('ControlPlaneRole') }],
  } as const;
  return triedLogins(store, logins);
}

/** @param logins by what they are: at which role, with what in the token */
export async function triedLogins(
  store: Store,
  logins: Readonly<Record<string, readonly [role: string, claims: Partial<Claims>]>>,
): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const [name, [role, claims]] of Object.entries(logins)) {
    const answer = await store.login(role, claims);
    all.push({ ...login, by: "another's token", name, upon: 'the store', answer });
  }
  return all;
}

const login = { token: undefined, request: ['POST', 'login'] } as const;
