/** What happens in the store when a tenant is suspended, resumed and erased, and to whoever is left with a token. */
import { expect, test } from '@jest/globals';
import type { Request } from './attempts.ts';
import { store, useStore } from './harness.ts';
import { uses } from './key-requests.ts';
import { tenantClaim } from './store.ts';

useStore();

const newKey = (tenant: string) => uses(store.transit, tenant)['datakey/wrapped'] as Request;
const policyOf = (tenant: string) => `sys/policies/acl/${store.auth}-tenant-${tenant}`;

/** With which status and words each answer comes. */
async function answersTo(token: string, ...requests: readonly Request[]): Promise<string[]> {
  const answers: string[] = [];
  for (const request of requests) {
    const { status, words } = await store.call(token, ...request);
    answers.push(`${status} ${words}`.trim());
  }
  return answers;
}

const denied = '403 1 error occurred:\n\t* permission denied';

test('a suspension counts at once for a live token, and for one that is new; so does its end', async () => {
  const controlPlane = await store.tokenOf('control-plane');
  const live = await store.tokenOf({ tenant: 'acme' });
  expect(await answersTo(live, newKey('acme'))).toEqual(['200']);

  expect(await answersTo(controlPlane, ['DELETE', policyOf('acme')])).toEqual(['204']);
  const late = await store.tokenOf({ tenant: 'acme' });
  for (const token of [live, late]) {
    const all = Object.values(uses(store.transit, 'acme'));
    expect(new Set(await answersTo(token, ...all))).toEqual(new Set([denied]));
  }

  await store.onboard('acme');
  expect(await answersTo(live, newKey('acme'))).toEqual(['200']);
});

test('what a suspension takes away it takes from nobody else', async () => {
  const neighbour = await store.tokenOf({ tenant: 'globex' });
  const controlPlane = await store.tokenOf('control-plane');
  await store.call(controlPlane, 'DELETE', policyOf('acme'));
  expect(await answersTo(neighbour, newKey('globex'))).toEqual(['200']);
  await store.onboard('acme');
});

test('only the reconciler deletes a key, once it has allowed that; NotFound then proves it to who may read', async () => {
  const key = `${store.transit}/keys/initech`;
  const tenant = await store.tokenOf({ tenant: 'initech' });
  const reconciler = await store.tokenOf('reconciler');
  expect(await answersTo(reconciler, ['DELETE', key])).toEqual([
    '400 error deleting policy initech: deletion is not allowed for this key',
  ]);
  const allow: Request = ['POST', `${key}/config`, { deletion_allowed: true }];
  expect(await answersTo(reconciler, allow, ['DELETE', key])).toEqual(['200', '204']);

  const certificates = await store.tokenOf('certificates');
  expect(await answersTo(certificates, ['GET', key])).toEqual(['404']);
  expect(await answersTo(tenant, ['GET', key])).toEqual([denied]);
  const gone = await answersTo(tenant, ...Object.values(uses(store.transit, 'initech')));
  expect(gone).toEqual([
    '400 encryption key not found',
    '400 encryption key not found',
    // It would make the key anew, and for that there is no right.
    denied,
    '400 encryption key not found',
  ]);
});

test('a role that is bound to another tenant than its name says lets that one to its own key only', async () => {
  const controlPlane = await store.tokenOf('control-plane');
  const role = store.roleOf('acme', { bound_claims: { [tenantClaim]: 'globex' } });
  const path = `auth/${store.auth}/role/tenant-acme`;
  expect(await answersTo(controlPlane, ['POST', path, role])).toEqual(['204']);
  const { auth } = await store.login('tenant-acme', { principalTags: { TenantId: 'globex' } });
  const token = auth?.client_token ?? '';
  expect(await answersTo(token, newKey('globex'), newKey('acme'))).toEqual(['200', denied]);
  await store.onboard('acme');
});

test('who may write roles and policies can let a suspended tenant in by other ones, and to its own key only', async () => {
  const controlPlane = await store.tokenOf('control-plane');
  const { data } = await store.call(controlPlane, 'GET', `sys/policies/acl/${store.auth}-tenant`);
  const policy = Buffer.from(String(data?.policy)).toString('base64');
  const role = store.roleOf('globex', { token_policies: `${store.auth}-tenant-nobody` });
  const answers = await answersTo(
    controlPlane,
    ['POST', policyOf('nobody'), { policy }],
    ['POST', `auth/${store.auth}/role/tenant-nobody`, role],
    ['DELETE', policyOf('globex')],
  );
  expect(answers).toEqual(['204', '204', '204']);
  const { auth } = await store.login('tenant-nobody', { principalTags: { TenantId: 'globex' } });
  const token = auth?.client_token ?? '';
  expect(await answersTo(token, newKey('globex'), newKey('acme'))).toEqual(['200', denied]);
  await store.onboard('globex');
});

test.each(['control-plane', 'reconciler'] as const)(
  'no path of the %s climbs out of what it may write',
  async (identity) => {
    const token = await store.tokenOf(identity);
    for (const up of ['..%2f', '%2e%2e%2f']) {
      const answers = await answersTo(
        token,
        ['POST', `auth/${store.auth}/role/tenant-x%2f${up}reconciler`, store.roleOf('acme')],
        ['DELETE', `sys/policies/acl/${store.auth}-tenant-x%2f${up}${store.auth}-observer`],
        ['DELETE', `${store.transit}/keys/x%2f${up}..%2fkeys/acme`],
      );
      expect(new Set(answers)).toEqual(new Set(['400 relative paths not supported']));
    }
  },
);

test.each(['+', '*', 'ac*', 'acme/../globex'])(
  'a tag %s, which AWS would have to have taken, opens no key',
  async (TenantId) => {
    const controlPlane = await store.tokenOf('control-plane');
    const role = store.roleOf('wild', {
      bound_claims: { [tenantClaim]: TenantId },
      token_policies: `${store.auth}-tenant-globex`,
    });
    await store.call(controlPlane, 'POST', `auth/${store.auth}/role/tenant-wild`, role);
    const { auth } = await store.login('tenant-wild', { principalTags: { TenantId } });
    const answers = await answersTo(auth?.client_token ?? '', newKey('acme'), newKey('globex'));
    expect(answers).toEqual(['400 Forbidden', '400 Forbidden']);
  },
);
