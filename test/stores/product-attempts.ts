/** What the product's own functions try: each has rights in the store, and must not have more. */
import { type Attempt, type Tried, tried } from './attempts.ts';
import { administration, type Requests, uses } from './key-requests.ts';
import { loosenedConfigs, loosenedRoles, weakKeys } from './loosened.ts';
import type { ProductIdentity, Store } from './store.ts';

const identities = ['control-plane', 'reconciler', 'observer', 'certificates'] as const;
const key = 'acme';

/** Of what a tenant's session may not do. */
const rights: Readonly<Record<ProductIdentity, readonly string[]>> = {
  'control-plane': [
    'read the key',
    'make the key',
    'rotate the key',
    'read a policy',
    'call off the deletion',
  ],
  reconciler: [
    ...['read the key', 'make the key', 'rotate the key', 'list the keys'],
    ...['allow the deletion', 'delete the key', 'read a policy', 'call off the deletion'],
    'a key made marked as one that is deleted',
  ],
  observer: ['read the key', 'read a role', 'read a policy'],
  certificates: ['read the key'],
};

export async function triedByProduct(store: Store): Promise<Tried[]> {
  const attempts: Attempt[] = [];
  const ciphertext = await ciphertextOf(store);
  for (const by of identities) {
    const token = await store.tokenOf(by);
    for (const [name, request] of Object.entries(requestsOf(store, by, ciphertext))) {
      const isRight = rights[by].includes(name);
      const attempt = { by, name, upon: 'the store', token, request } as const;
      // Last: afterwards there is no key to try anything with.
      if (name === 'delete the key' && isRight) continue;
      attempts.push(isRight ? { ...attempt, allowed: true } : attempt);
    }
  }
  return tried(store, attempts);
}

function requestsOf(store: Store, by: ProductIdentity, ciphertext: string): Requests {
  const { auth, transit } = store;
  return {
    ...uses(transit, key, ciphertext),
    ...administration(transit, key, ciphertext),
    'list the keys': ['LIST', `${transit}/keys`],
    ...loosenedRequests(store, by),
    'list the roles': ['LIST', `auth/${auth}/role`],
    'list the policies': ['LIST', 'sys/policies/acl'],
    'make another token': ['POST', 'auth/token/create', { policies: [`${auth}-reconciler`] }],
    'read a role': ['GET', `auth/${auth}/role/tenant-${key}`],
    'read a policy': ['GET', `sys/policy/${auth}-tenant-${key}`],
    'read another policy': ['GET', `sys/policy/${auth}-control-plane`],
    'change a role': ['PATCH', `auth/${auth}/role/tenant-${key}`, store.roleOf(key)],
    'write a policy of its own': ['POST', `sys/policies/acl/${auth}-${by}`, { policy: 'eA==' }],
    'read the accessors': ['GET', 'sys/auth'],
    'configure the JWT mount': ['POST', `auth/${auth}/config`, { jwks_url: 'https://example.com' }],
    'look up its token': ['GET', 'auth/token/lookup-self'],
    'write an alias': ['POST', 'identity/entity-alias', { name: key }],
    ...policyRequests(auth),
  };
}

function loosenedRequests(store: Store, by: ProductIdentity): Requests {
  const { auth, transit } = store;
  const requests = (
    prefix: string,
    path: string,
    bodies: Readonly<Record<string, object>>,
  ): Requests =>
    Object.fromEntries(
      Object.entries(bodies).map(([name, body]) => [`${prefix} ${name}`, ['POST', path, body]]),
    );
  const roles = Object.entries(loosenedRoles(store.auth, store.roleOf(key)));
  return {
    ...requests('a role', `auth/${auth}/role/tenant-${key}`, Object.fromEntries(roles)),
    ...requests('a key', `${transit}/keys/new-${by}`, weakKeys),
    ...requests('a key made', `${transit}/keys/${key}/config`, loosenedConfigs),
    ...Object.fromEntries(
      identities.map((role) => [
        `the role ${role}`,
        ['POST', `auth/${auth}/role/${role}`, store.roleOf(key)] as const,
      ]),
    ),
  };
}

const everything = 'path "*" { capabilities = ["sudo", "read", "create", "update", "delete"] }';

const policyRequests = (auth: string): Requests => {
  const policy = `sys/policies/acl/${auth}-tenant-${key}`;
  return {
    'any policy for a tenant': ['POST', policy, { policy: everything }],
    'the same, in base64': ['POST', policy, { policy: btoa(everything) }],
    'the same, by its old path': [
      'POST',
      `sys/policy/${auth}-tenant-${key}`,
      { policy: everything },
    ],
    'a policy without text': ['POST', policy, {}],
    'another text for all tenants': [
      'POST',
      `sys/policies/acl/${auth}-tenant`,
      { policy: everything },
    ],
  };
};

async function ciphertextOf(store: Store): Promise<string> {
  const token = await store.tokenOf({ tenant: key });
  const newKey = uses(store.transit, key)['datakey/wrapped'] as Attempt['request'];
  const { data } = await store.call(token, ...newKey);
  return String(data?.ciphertext);
}
