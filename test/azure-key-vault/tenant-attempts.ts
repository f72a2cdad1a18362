/** What a tenant tries with a session of its own, and what somebody tries to get one. */
import type { TenantOfStore } from '../../lambdas/key-stores/key-administration.ts';
import type { Claims } from '../stores/web-identity.ts';
import {
  call,
  type Outcome,
  signIn,
  type Tokens,
  type Tried,
  tokensOf,
  tried,
} from './attempts.ts';
import { roleArnOf } from './documented-setup.ts';
import { administration, aroundAll, aroundKey, type TargetKey, uses } from './key-requests.ts';
import type { Product } from './product.ts';

export const tenants = ['acme', 'globex', 'initech'] as const;
const audience = 'api://AzureADTokenExchange';

export interface Session extends TargetKey {
  readonly row: TenantOfStore;
  readonly tokens: Tokens;
  readonly clientId: string;
  readonly principalId: string;
}

export async function onboardAll(product: Product): Promise<Session[]> {
  const sessions: Session[] = [];
  for (const tenantId of tenants) {
    sessions.push(await sessionOf(product, await product.onboard(tenantId)));
  }
  return sessions;
}

async function sessionOf(product: Product, row: TenantOfStore): Promise<Session> {
  const { tenantId, keyClientId: clientId = '' } = row;
  const { azure, issuer } = product;
  const assertion = () => issuer.token({ sub: `tenant:${tenantId}`, aud: audience });
  const tokens = await tokensOf(product, clientId, assertion);
  const version = (await azure.keys.find(tenantId))?.versions[0]?.id ?? '';
  const target = { tenantId, version, ciphertext: '' };
  const [wrap] = Object.values(uses(target));
  const { body } = await call(product, tokens, wrap ?? ['vault', '', '']);
  const principalId = azure.directory.find(clientId)?.objectId ?? '';
  return { ...target, ciphertext: String(body?.value), row, tokens, clientId, principalId };
}

/** Every tenant upon every other and upon itself, each with a session that was opened before the next tenant's. */
export async function triedByTenants(
  product: Product,
  sessions: readonly Session[],
): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const session of sessions) {
    for (const other of sessions) all.push(...(await triedUpon(product, session, other)));
    const attempt = { by: 'a tenant', upon: 'Azure' } as const;
    all.push(...(await tried(product, session.tokens, attempt, aroundAll(product))));
  }
  return [...all, ...(await triedAtNeighbours(product, sessions))];
}

async function triedUpon(product: Product, session: Session, other: Session): Promise<Tried[]> {
  const isOwn = other === session;
  const attempt = { by: 'a tenant', upon: isOwn ? 'its own key' : 'a neighbour' } as const;
  const { tokens, principalId } = session;
  const own = uses(other);
  return [
    ...(await tried(product, tokens, attempt, own, isOwn ? Object.keys(own) : [])),
    ...(await tried(product, tokens, attempt, administration(other))),
    ...(await tried(product, tokens, attempt, aroundKey(product, other.tenantId, principalId))),
  ];
}

/** With the tenant's own token as the neighbour's identity, as where a row has the neighbour's client id. */
async function triedAtNeighbours(product: Product, sessions: readonly Session[]): Promise<Tried[]> {
  const all: Tried[] = [];
  for (const { tenantId } of sessions) {
    for (const other of sessions.filter((one) => one.tenantId !== tenantId)) {
      const token = await product.issuer.token({ sub: `tenant:${tenantId}`, aud: audience });
      const answer = await signIn(product, other.clientId, token);
      all.push({ by: 'a tenant', name: 'sign in as its identity', upon: 'a neighbour', answer });
    }
  }
  return all;
}

/** With tokens that our issuer or AWS gives to somebody else, or for something else. */
export async function triedToSignIn(
  product: Product,
  [acme]: readonly Session[],
): Promise<Tried[]> {
  const { aws, issuer, setup } = product;
  const { applications } = setup;
  const clientId = acme?.clientId ?? '';
  const own = (claims: Partial<Claims>) =>
    issuer.token({ sub: 'tenant:acme', aud: audience, ...claims });
  const ofAws = (sub: string) =>
    aws.token({ sub, aud: audience, principalTags: { TenantId: 'acme' } });
  const attempts: Readonly<Record<string, readonly [clientId: string, token: Promise<string>]>> = {
    'the tenant in other letters': [clientId, own({ sub: 'tenant:Acme' })],
    'a subject without its kind': [clientId, own({ sub: 'acme' })],
    'a tenant whose name begins so': [clientId, own({ sub: 'tenant:acme-2' })],
    'for another audience': [clientId, own({ aud: 'https://example.com' })],
    'of another issuer': [clientId, own({ iss: 'https://example.com' })],
    'signed by another algorithm': [clientId, own({ alg: 'ES384' })],
    'after its end': [clientId, own({ lives: '-1m' })],
    'AWS’s for the tenant role': [
      clientId,
      ofAws('arn:aws:iam::111122223333:role/TenantKeys-TenantRole'),
    ],
    'AWS’s with the tenant as its subject': [clientId, ofAws('tenant:acme')],
    'the control plane as a tenant': [clientId, ofAws(roleArnOf('control-plane'))],
    'a tenant as the control plane': [applications['control-plane'].clientId, own({})],
    'a tenant as the reconciler': [applications.reconciler.clientId, own({})],
    'a tenant as the certificates': [applications.certificates.clientId, own({})],
    'a tenant with the control plane as its subject': [
      applications['control-plane'].clientId,
      own({ sub: roleArnOf('control-plane') }),
    ],
    'the control plane as the reconciler': [
      applications.reconciler.clientId,
      ofAws(roleArnOf('control-plane')),
    ],
    'the certificates as the control plane': [
      applications['control-plane'].clientId,
      ofAws(roleArnOf('certificates')),
    ],
    'the tenant role as the control plane': [
      applications['control-plane'].clientId,
      ofAws('arn:aws:iam::111122223333:role/TenantKeys-TenantRole'),
    ],
  };
  const all: Tried[] = [];
  for (const [name, [as, token]] of Object.entries(attempts)) {
    const answer: Outcome = await signIn(product, as, await token);
    all.push({ by: "another's token", name, upon: 'Azure', answer });
  }
  return all;
}
