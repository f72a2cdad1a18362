/** The bundled function under its own role, run as `npm run reconcile` does, after an operator's work by hand. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dueShares } from '../../contract/rounds.ts';
import type { FunctionDefinition } from '../../local/lambda/template.ts';
import { type Control, startControl } from './control.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl());
});
afterAll(() => stack.close());

interface Finding {
  readonly tenantId: string;
  readonly kind: string;
  readonly outcome: string;
}

async function reconcile() {
  const response = await fetch(`${stack.aws}/_local/reconcile`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  const summary = (await response.json()) as Record<string, unknown> & { found: Finding[] };
  expect([response.status, summary.complete]).toEqual([200, true]);
  return summary.found.map(({ tenantId, kind, outcome }) => `${tenantId} ${kind} ${outcome}`);
}

test('of tenants as the API makes them there is nothing to find', async () => {
  for (const tenantId of ['acme', 'globex', 'initech', 'umbrella']) {
    await stack.client.onboard(tenantId);
  }
  await control.post('initech', 'suspend');
  await control.offboard('umbrella');
  expect(await reconcile()).toEqual([]);
});

test('what an operator has changed by hand is put right in one run', async () => {
  const { kms } = stack.administrator;
  const key = async (tenantId: string) => (await control.get(`/tenants/${tenantId}`)).json.keyArn;
  await kms.disableKeyRotation({ KeyId: await key('acme') });
  await kms.updateAlias({
    AliasName: 'alias/tenant-keys/globex',
    TargetKeyId: await key('acme'),
  });
  await kms.enableKey({ KeyId: await key('initech') });
  await kms.cancelKeyDeletion({ KeyId: await key('umbrella') });
  const found = await reconcile();
  expect(found.sort()).toEqual([
    'acme rotation repaired',
    'globex alias repaired',
    'initech key-enabled repaired',
    'umbrella deletion-cancelled repaired',
  ]);
  expect(await reconcile()).toEqual([]);
  const state = async (tenantId: string) => (await control.get(`/tenants/${tenantId}`)).json.key;
  expect((await state('acme')).rotationEnabled).toBe(true);
  expect((await state('initech')).state).toBe('Disabled');
  expect((await state('umbrella')).state).toBe('PendingDeletion');
});

test('a tenant whose key KMS has deleted is ERASED, and has a certificate', async () => {
  await control.advance(31);
  expect(await reconcile()).toEqual(['umbrella key-erased repaired']);
  expect((await control.get('/tenants/umbrella/erasure-certificate')).status).toBe(200);
  expect(await reconcile()).toEqual([]);
});

test('it has called nothing of KMS that uses a key, and nothing that IAM refused', async () => {
  const own = stack.calls.filter(({ caller }) => caller?.principalArn.includes('ReconcilerRole'));
  expect(own.length).toBeGreaterThan(0);
  // The key that is gone is the one error of all.
  expect(own.flatMap(({ errorCode }) => errorCode ?? [])).not.toContain('AccessDeniedException');
  const used = own.filter(({ operation }) => /Encrypt|Decrypt|DataKey|Sign/.test(operation));
  expect(used).toEqual([]);
});

test('a run by the clock looks at everything where its share of the round says so, a run by hand always', async () => {
  const { name, environment } = [...stack.deployment.functions.values()].find(
    ({ handler }) => handler === 'reconciler.handler',
  ) as FunctionDefinition;
  const runWith = async (event: object) => {
    const { Payload } = await stack.administrator.lambda.invoke({
      FunctionName: name,
      Payload: JSON.stringify(event),
    });
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  };
  const isDue = () => dueShares(Date.now(), Number(environment.EVERY_MINUTES)).includes(0);
  const before = isDue();
  const { thorough, complete } = await runWith({ source: 'aws.events' });
  expect([before, isDue()]).toContain(thorough);
  expect(complete).toBe(true);
  expect(await runWith({ full: true })).toMatchObject({ thorough: true, complete: true });
});
