/** Two stacks of different names in one account and region, each with a tenant acme. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stackNames } from '../../contract/stack-names.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let ours: TestStack;
let staging: TestStack;
beforeAll(async () => {
  ours = await startTestStack();
  staging = await startTestStack({ name: 'Staging' }, { beside: ours });
  for (const { client } of [ours, staging]) await client.onboard('acme');
}, 120_000);
afterAll(async () => {
  await staging?.close();
  await ours?.close();
});

const keyArnOf = async ({ client }: TestStack) =>
  (await client.send('GET', '/tenants/acme', { token: await client.adminToken() })).json.keyArn;

/** The role of which acme's sessions in that stack are, as the session broker opens them. */
const sessionOf = (name: string) => {
  const [, role] =
    [...ours.deployment.roles].find(([arn]) => arn.includes(`:role/${name}-TenantRole`)) ?? [];
  if (role === undefined) throw new Error(`no tenant role of ${name}`);
  return ours.deployment.issue(role, 'acme', { TenantId: 'acme' });
};

test('both are at one AWS endpoint, and each has its own tables and its own key for acme', async () => {
  expect(staging.aws).toBe(ours.aws);
  expect(staging.tableName).not.toBe(ours.tableName);
  const [key, other] = [await keyArnOf(ours), await keyArnOf(staging)];
  expect(other).not.toBe(key);
  const { kms } = ours.administrator;
  for (const [name, arn] of [
    ['TenantKeys', key],
    ['Staging', other],
  ] as const) {
    const { aliasOf, productTag } = stackNames(name);
    const { Aliases } = await kms.listAliases({ KeyId: arn });
    expect(Aliases?.map(({ AliasName }) => AliasName)).toEqual([aliasOf('acme')]);
    const { Tags } = await kms.listResourceTags({ KeyId: arn });
    expect(Tags).toContainEqual({ TagKey: 'ManagedBy', TagValue: productTag.value });
  }
});

test("each decrypts its own message of acme, and refuses the other's as it refuses a neighbour's", async () => {
  const token = await ours.client.tenantToken('acme');
  const stagingToken = await staging.client.tenantToken('acme');
  const plaintext = Buffer.from('ours').toString('base64');
  const encrypt = { token, body: { plaintext } };
  const { json } = await ours.client.send('POST', '/tenants/acme/encrypt', encrypt);
  const body = { ciphertext: json.ciphertext };
  const own = await ours.client.send('POST', '/tenants/acme/decrypt', { token, body });
  expect(own.json).toEqual({ plaintext });
  const foreign = { token: stagingToken, body };
  const refused = await staging.client.send('POST', '/tenants/acme/decrypt', foreign);
  expect([refused.status, refused.json.code]).toEqual([400, 'decryption-failed']);
});

/** Key events about acme's key of the one stack, by whoever is of the other. */
async function callsOfOther(stack: TestStack) {
  for (const one of [ours, staging]) await one.indexed();
  await stack.settled();
  const other = stack === ours ? ':role/Staging-' : ':role/TenantKeys-';
  return stack.logs
    .filter((line) => line.includes('"key event"') && line.includes(other))
    .map((line) => JSON.parse(line));
}

test('what the reconciler and the canary of one do to a key of the other is to read its tags, and no alarm', async () => {
  for (const stack of [ours, staging]) {
    await stack.run('reconciler');
    await stack.run('canary');
  }
  for (const stack of [ours, staging]) {
    const calls = await callsOfOther(stack);
    const kinds = new Set(calls.map(({ operation, outcome }) => `${operation} ${outcome}`));
    expect([...kinds]).toEqual(['ListResourceTags succeeded']);
    expect(calls.filter(({ neighbour }) => neighbour)).toEqual([]);
    const roles = new Set(calls.map(({ principal }) => principal.replace(/.*-(\w+?Role).*/, '$1')));
    expect([...roles]).toEqual(['ReconcilerRole']);
  }
});

test("a session of acme in one stack is refused acme's key of the other", async () => {
  const { KMS } = await import('@aws-sdk/client-kms');
  const use = async (name: string, KeyId: string) => {
    const options = { endpoint: ours.aws, region: ours.region, maxAttempts: 1 };
    const kms = new KMS({ ...options, credentials: sessionOf(name) });
    const request = {
      KeyId,
      Plaintext: Buffer.from('x'),
      EncryptionContext: { TenantId: 'acme' },
    };
    return kms.encrypt(request).then(
      () => 'done',
      ({ name: error }: Error) => error,
    );
  };
  const [key, other] = [await keyArnOf(ours), await keyArnOf(staging)];
  expect(await use('TenantKeys', key)).toBe('done');
  expect(await use('Staging', other)).toBe('done');
  expect(await use('TenantKeys', other)).toBe('AccessDeniedException');
  expect(await use('Staging', key)).toBe('AccessDeniedException');
});

test('the reconciler of each has nothing to find, and looks at its own tenants', async () => {
  for (const stack of [ours, staging]) {
    const summary = await stack.run('reconciler');
    expect(summary).toMatchObject({ complete: true, tenants: 1, found: [] });
  }
});

test('the canary of each is green', async () => {
  for (const stack of [ours, staging]) {
    await stack.run('canary');
    await stack.settled();
    const line = stack.logs.findLast((one) => one.includes('CanaryRuns')) as string;
    expect(JSON.parse(line)).toMatchObject({
      CanaryRuns: 1,
      CanaryOpenedPaths: 0,
      CanaryBrokenPaths: 0,
      CanaryUnknownPaths: 0,
      _aws: { CloudWatchMetrics: [{ Namespace: stack === ours ? 'TenantKeys' : 'Staging' }] },
    });
  }
});

test("the audit of acme has what was done in its own stack alone, though both follow one account's trail", async () => {
  for (const stack of [ours, staging]) await stack.indexed();
  const keys = { ours: await keyArnOf(ours), staging: await keyArnOf(staging) };
  for (const [stack, own, foreign] of [
    [ours, keys.ours, keys.staging],
    [staging, keys.staging, keys.ours],
  ] as const) {
    const token = await stack.client.token('tenant-keys/audit', 'acme');
    const { text } = await stack.client.send('GET', '/tenants/acme/audit?limit=100', { token });
    expect(text).toContain(own);
    expect(text).not.toContain(foreign);
  }
});
