/**
 * Onboarding with a key in the tenant's own AWS account, which is the local stack's second one: by the template, by the policies
 * alone, and with each of them as it must not be.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type ExternalStack,
  startExternalStack,
  tenantAccountId as theirs,
} from './external-account.ts';
import { externalSetup, keyByHand } from './external-key-by-hand.ts';
import { changeRow } from './planted-keys.ts';
import { expectProblem } from './problem.ts';
import { spoiledExternalKeys, trust } from './spoiled-external-keys.ts';

const keyArns: Record<string, string> = {};
let stack: ExternalStack;
beforeAll(async () => {
  const accounts = [theirs, '333333333333'];
  stack = await startExternalStack(undefined, { keyStores: { awsKmsExternal: { accounts } } });
  expect(stack.tenantAccount.accountId).toBe(theirs);
}, 120_000);
afterAll(() => stack?.close());

const put = async (tenantId: string, keyArn: string, more: object = {}) => {
  const token = await stack.client.adminToken();
  const body = { keyStore: 'aws-kms-external', keyArn, ...more };
  return stack.client.send('PUT', `/tenants/${tenantId}`, { token, body });
};

const get = async (tenantId: string) => {
  const token = await stack.client.adminToken();
  return stack.client.send('GET', `/tenants/${tenantId}`, { token });
};

async function byTemplate(tenantId: string): Promise<string> {
  const { cloudformation } = stack.owner;
  const { template } = await externalSetup(stack, tenantId);
  const StackName = `tenant-keys-${tenantId}`;
  await cloudformation.createStack({
    StackName,
    TemplateBody: JSON.stringify(template),
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  });
  const { Stacks } = await cloudformation.describeStacks({ StackName });
  const outputs = Stacks?.[0]?.Outputs ?? [];
  return outputs.find(({ OutputKey }) => OutputKey === 'KeyArn')?.OutputValue ?? '';
}

test('by the template: the tenant is there at once, and the same again is the same', async () => {
  const keyArn = await byTemplate('acme');
  keyArns.acme = keyArn;
  const before = Date.now();
  const made = await put('acme', keyArn);
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ keyStore: 'aws-kms-external', keyArn, status: 'ACTIVE' });
  expect(Date.now() - before).toBeLessThan(20_000);
  const ciphertext = await stack.client.encrypt('acme', Buffer.from('Hello, Acme.'));
  expect(Buffer.from(ciphertext, 'base64').includes(keyArn)).toBe(true);
  expect((await get('acme')).json).toMatchObject({ status: 'ACTIVE', keyArn });
  const again = await put('acme', keyArn);
  expect([again.status, again.json]).toEqual([200, made.json]);
  const other = await put('acme', keyArn.replace(/.{12}$/, '0'.repeat(12)));
  expectProblem(other, 409, 'tenant-exists');
  expect(other.json.detail).toContain('keyArn');
  expectProblem(await put('acme', keyArn, { displayName: 'Acme' }), 409, 'tenant-exists');
}, 60_000);

test('by hand, from the policies alone', async () => {
  const { keyArn } = await keyByHand(stack, 'globex');
  expect((await put('globex', keyArn)).status).toBe(201);
}, 60_000);

describe('409 external-key-refused, nothing left behind, and after the repair the same request', () => {
  test.each(spoiledExternalKeys)(
    '%s',
    async (what, failing, spoil) => {
      const tenantId = what.replaceAll(/[^a-z]+/g, '-').slice(0, 40);
      const made = await keyByHand(stack, tenantId);
      const { kms, iam } = made;
      await spoil(made);
      const refused = await put(tenantId, made.keyArn);
      expectProblem(refused, 409, 'external-key-refused');
      const named = [...refused.json.detail.matchAll(/([a-z]+(?:-[a-z]+)+): /g)];
      expect(named.map(([, check]) => check)).toEqual(failing);
      expectProblem(await get(tenantId), 404, 'tenant-not-found');
      if (what === 'no role') {
        await iam.createRole({
          ...{ RoleName: made.name, Path: '/TenantKeys/' },
          AssumeRolePolicyDocument: JSON.stringify(made.trustPolicy),
        });
      } else await trust(made, made.trustPolicy);
      await made.permit(made.rolePolicy);
      await kms.putKeyPolicy({ KeyId: made.keyArn, Policy: JSON.stringify(made.keyPolicy) });
      await kms.enableKey({ KeyId: made.keyArn });
      expect((await put(tenantId, made.keyArn)).status).toBe(201);
    },
    60_000,
  );
});

describe('400 bad-request, before anybody is asked', () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const detailOf = async (keyArn: string, more: object = {}) => {
    const answer = await put('nobody', keyArn, more);
    expectProblem(answer, 400, 'bad-request');
    return answer.json.detail;
  };

  test.each([
    ['in another region', `arn:aws:kms:eu-north-1:${theirs}:key/${id}`, 'the region of the API'],
    [
      'of another partition',
      `arn:aws-cn:kms:us-east-1:${theirs}:key/${id}`,
      'the region of the API',
    ],
    [
      'in an account that is not configured',
      `arn:aws:kms:us-east-1:444444444444:key/${id}`,
      'account',
    ],
    ['in our own account', `arn:aws:kms:us-east-1:111122223333:key/${id}`, 'account'],
    ['by an alias', `arn:aws:kms:us-east-1:${theirs}:alias/acme`, 'must be the ARN of a key'],
  ])('a key %s', async (_, keyArn, text) => {
    expect(await detailOf(keyArn)).toContain(text);
  });

  test("another tenant's key", async () => {
    const keyArn = await byTemplate('first');
    expect((await put('first', keyArn)).status).toBe(201);
    expect(await detailOf(keyArn)).toContain('another tenant');
  });

  test("a key that was once another tenant's, also for the tenant whose account has it", async () => {
    const keyArn = await byTemplate('second');
    const at = '2026-01-01T00:00:00.000Z';
    const asked = { windowInDays: 30, requestedBy: 'x', requestedAt: at, keyMaterialIds: [] };
    const former = { keyStore: 'aws-kms-external', keyName: keyArn, since: at, erasedAt: at };
    await changeRow(stack, 'first', { formerKeys: [{ ...former, offboarding: asked }] });
    const refused = await put('second', keyArn);
    expectProblem(refused, 400, 'bad-request');
    expect(refused.json.detail).toContain('another tenant, or was');
    expectProblem(await get('second'), 404, 'tenant-not-found');
    await changeRow(stack, 'first', { formerKeys: undefined });
    expect((await put('second', keyArn)).status).toBe(201);
  });

  test('a key for another key store, and none for this one', async () => {
    const keyArn = `arn:aws:kms:us-east-1:${theirs}:key/${id}`;
    for (const more of [{ keyStore: 'aws-kms' }, { keyStore: undefined }, { keyArn: undefined }])
      expect(await detailOf(keyArn, more)).toContain('keyArn');
  });

  test('what to make in an account that is not named, or is none of the configured', async () => {
    const token = await stack.client.adminToken();
    for (const query of [
      '',
      '?accountId=444444444444',
      '?accountId=x',
      `?accountId=${theirs}&keyArn=arn:aws:kms:us-east-1:333333333333:key/${id}`,
    ]) {
      const path = `/tenants/nobody/external-account${query}`;
      expectProblem(await stack.client.send('GET', path, { token }), 400, 'bad-request');
    }
  });
});

describe('the session broker', () => {
  const ask = async (token: string, event: object = {}) => {
    const functions = [...stack.deployment.functions.values()];
    const broker = functions.find(({ handler }) => handler === 'session-broker.handler');
    const { Payload } = await stack.administrator.lambda.invoke({
      FunctionName: broker?.name,
      Payload: JSON.stringify({ plane: 'challenge', tenantId: 'acme', token, ...event }),
    });
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  };

  test('judges for an administrator alone, and gives nobody a session or a key', async () => {
    const keyArn = keyArns.acme;
    const judged = await ask(await stack.client.adminToken(), { keyArn });
    expect(judged).toEqual({ outcome: 'judged', failed: [], keyCreatedAt: expect.any(String) });
    for (const token of [
      await stack.client.tenantToken('acme'),
      await stack.client.token('tenant-keys/audit', 'acme'),
      await stack.client.token('tenant-keys/audit-all'),
    ])
      expect(await ask(token, { keyArn })).toEqual({ outcome: 'forbidden' });
    expect(await ask('nonsense', { keyArn })).toEqual({ outcome: 'unauthorized' });
  });

  test("opens no tenant's session for an administrator, as before", async () => {
    const answer = await ask(await stack.client.adminToken(), { plane: 'crypto' });
    expect(answer).toEqual({ outcome: 'forbidden' });
  });

  test("tries no key of our own account's, and none for a tenant whose role lets another in", async () => {
    const token = await stack.client.adminToken();
    const { keyArn: ours } = await stack.client.onboard('ours');
    expect((await ask(token, { keyArn: ours })).errorMessage).toContain('not in an account');
    const keyArn = keyArns.acme;
    const other = await ask(token, { keyArn, tenantId: 'nobody' });
    expect(other).toEqual({ outcome: 'judged', failed: ['role-lets-tenant-in'] });
    const neighbour = await ask(token, { keyArn, tenantId: 'globex' });
    expect(neighbour.failed).toEqual(['key-is-usable', 'key-works']);
  });

  test('has nothing of a session or of a token in its log', async () => {
    await stack.settled();
    const own = stack.logs.filter((line) => line.includes('"plane":"challenge"'));
    expect(own.length).toBeGreaterThan(5);
    const [, claims = ''] = (await stack.client.adminToken()).split('.');
    for (const line of own) {
      expect(line).not.toContain(claims);
      expect(line).not.toMatch(/accessKey|sessionToken|ASIA/i);
    }
  });
});

test('without an administrator nobody onboards, and nobody but an administrator or auditor reads what to make', async () => {
  const token = await stack.client.tenantToken('acme');
  const path = '/tenants/acme/external-account';
  expectProblem(await stack.client.send('GET', path, { token }), 403, 'forbidden');
});
