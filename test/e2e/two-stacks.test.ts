/** Two stacks of different names in one account and region, each with a tenant acme. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { Lambda } from '@aws-sdk/client-lambda';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stackNames } from '../../contract/stack-names.ts';
import type { Credentials } from '../../local/aws/authentication/credentials.ts';
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

/** What AWS says to acme's session in that stack. */
const use = (name: string, KeyId: string) => {
  const options = { endpoint: ours.aws, region: ours.region, maxAttempts: 1 };
  const kms = new KMS({ ...options, credentials: sessionOf(name) });
  const request = { KeyId, Plaintext: Buffer.from('x'), EncryptionContext: { TenantId: 'acme' } };
  return kms.encrypt(request).then(
    () => 'done',
    ({ name: error }: Error) => error,
  );
};

test("a session of acme in one stack is refused acme's key of the other", async () => {
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

/** What somebody tries who is a role of one stack, on what is the other's: by KMS, DynamoDB, STS and Lambda. */
function attemptsOn(
  credentials: Credentials,
  { keyArn, policy, alias, tenantRoleArn, brokerArn, tables }: Awaited<ReturnType<typeof targetOf>>,
  own: { readonly alias: string; readonly otherAlias: string; readonly keyArn: string },
): Record<string, () => Promise<unknown>> {
  const options = { endpoint: ours.aws, region: ours.region, maxAttempts: 1, credentials };
  const [kms, dynamodb] = [new KMS(options), new DynamoDB(options)];
  const Key = { KeyId: keyArn };
  const EncryptionContext = { TenantId: 'acme' };
  const Tags = [{ TagKey: 'ManagedBy', TagValue: 'x' }];
  const rows = Object.entries(tables).flatMap(([name, { TableName, key }]) => [
    [`Scan ${name}`, () => dynamodb.scan({ TableName })] as const,
    [`GetItem ${name}`, () => dynamodb.getItem({ TableName, Key: key })] as const,
    [`PutItem ${name}`, () => dynamodb.putItem({ TableName, Item: key })] as const,
  ]);
  return {
    Encrypt: () => kms.encrypt({ ...Key, Plaintext: Buffer.from('x'), EncryptionContext }),
    GenerateDataKey: () => kms.generateDataKey({ ...Key, KeySpec: 'AES_256', EncryptionContext }),
    CreateGrant: () =>
      kms.createGrant({ ...Key, GranteePrincipal: tenantRoleArn, Operations: ['Decrypt'] }),
    PutKeyPolicy: () => kms.putKeyPolicy({ ...Key, Policy: policy }),
    TagResource: () => kms.tagResource({ ...Key, Tags }),
    UntagResource: () => kms.untagResource({ ...Key, TagKeys: ['ManagedBy'] }),
    DisableKey: () => kms.disableKey(Key),
    EnableKey: () => kms.enableKey(Key),
    RotateKeyOnDemand: () => kms.rotateKeyOnDemand(Key),
    ScheduleKeyDeletion: () => kms.scheduleKeyDeletion({ ...Key, PendingWindowInDays: 30 }),
    CancelKeyDeletion: () => kms.cancelKeyDeletion(Key),
    'CreateAlias on the key': () =>
      kms.createAlias({ AliasName: own.otherAlias, TargetKeyId: keyArn }),
    'UpdateAlias to the key': () => kms.updateAlias({ AliasName: own.alias, TargetKeyId: keyArn }),
    'UpdateAlias from the key': () =>
      kms.updateAlias({ AliasName: alias, TargetKeyId: own.keyArn }),
    DeleteAlias: () => kms.deleteAlias({ AliasName: alias }),
    AssumeRole: () =>
      new STS(options).assumeRole({
        RoleArn: tenantRoleArn,
        RoleSessionName: 'acme',
        Tags: [{ Key: 'TenantId', Value: 'acme' }],
      }),
    Invoke: () => new Lambda(options).invoke({ FunctionName: brokerArn, TenantId: 'acme' }),
    ...Object.fromEntries(rows),
  };
}

/** What of a stack an attacker would want, and the state by which a change shows. */
async function targetOf(stack: TestStack, name: string) {
  const { kms } = ours.administrator;
  const keyArn = await keyArnOf(stack);
  const { Policy: policy } = await kms.getKeyPolicy({ KeyId: keyArn });
  const roles = [...stack.deployment.roles.keys()];
  const functions = [...stack.deployment.functions.values()];
  const acme = { tenantId: { S: 'acme' } };
  return {
    keyArn,
    policy,
    alias: stackNames(name).aliasOf('acme'),
    tenantRoleArn: roles.find((arn) => arn.includes(`:role/${name}-TenantRole`)),
    brokerArn: functions.find(({ handler }) => handler === 'session-broker.handler')?.arn,
    tables: {
      'the registry': { TableName: stack.tableName, key: acme },
      'the mac keys': {
        TableName: stack.macKeyTableName,
        key: { ...acme, purpose: { S: 'planted' } },
      },
      'the audit': {
        TableName: stack.auditTableName,
        key: { ...acme, eventKey: { S: 'planted' } },
      },
    },
  };
}

test.each([
  ['Staging', 'TenantKeys'],
  ['TenantKeys', 'Staging'],
])(
  "no role of %s uses, changes or reads anything of %s's",
  async (attackers, owners) => {
    const [own, other] = attackers === 'Staging' ? [staging, ours] : [ours, staging];
    const target = await targetOf(other, owners);
    const { aliasOf } = stackNames(attackers);
    const mine = {
      alias: aliasOf('acme'),
      otherAlias: aliasOf('planted'),
      keyArn: await keyArnOf(own),
    };
    const roles = [...ours.deployment.roles.values()].filter(({ name }) =>
      name.startsWith(`${attackers}-`),
    );
    expect(roles.length).toBeGreaterThan(8);
    const done: string[] = [];
    for (const role of roles) {
      const session = ours.deployment.issue(role, 'acme', { TenantId: 'acme' });
      for (const [attempt, act] of Object.entries(attemptsOn(session, target, mine))) {
        const outcome = await act().then(
          () => 'done',
          ({ name }: Error) => name,
        );
        if (!/^AccessDenied(Exception)?$/.test(outcome))
          done.push(`${role.name} ${attempt}: ${outcome}`);
      }
    }
    expect(done).toEqual([]);
  },
  60_000,
);

// At the end, since what succeeds here is in the audits.
test.each([
  ['Staging', 'TenantKeys'],
  ['TenantKeys', 'Staging'],
])(
  "acme's session of %s is refused acme's key of %s by IAM alone, whose policy leaves it to the account",
  async (name, owner) => {
    const { kms } = ours.administrator;
    const KeyId = await keyArnOf(owner === 'Staging' ? staging : ours);
    const { Policy: made } = await kms.getKeyPolicy({ KeyId });
    const tagAs = (stack: string) => {
      const { key: TagKey, value: TagValue } = stackNames(stack).productTag;
      return kms.tagResource({ KeyId, Tags: [{ TagKey, TagValue }] });
    };
    const Principal = { AWS: `arn:aws:iam::${KeyId.split(':')[4]}:root` };
    const Statement = [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }];
    await kms.putKeyPolicy({ KeyId, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    try {
      expect(await use(owner, KeyId)).toBe('done');
      expect(await use(name, KeyId)).toBe('AccessDeniedException');
      // The stack's tag is what refused it.
      await tagAs(name);
      expect(await use(name, KeyId)).toBe('done');
      expect(await use(owner, KeyId)).toBe('AccessDeniedException');
    } finally {
      await tagAs(owner);
      await kms.putKeyPolicy({ KeyId, Policy: made });
    }
  },
);
