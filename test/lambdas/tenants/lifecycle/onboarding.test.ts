/** One tenant, one key: against the KMS and DynamoDB of the local stack, over HTTP. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyPolicy } from '../../../../contract/key-policy.ts';
import type { OnboardRequest } from '../../../../contract/tenants.ts';
import { type OnboardedTenant, onboard } from '../../../../lambdas/tenants/lifecycle/onboarding.ts';
import { keyArnsOf } from '../../../../lambdas/tenants/registry/listing.ts';
import { openRegistry } from '../../../../lambdas/tenants/registry/registry.ts';
import { tableName } from '../../../harness/local-aws.ts';
import { rowOf } from '../../../harness/tenant-row.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const keyPolicyOf = (tenantId: string) =>
  JSON.stringify(
    keyPolicy({
      tenantId,
      partition: 'aws',
      accountId: '111122223333',
      tenantRoleArn: role('tenant'),
      controlPlaneRoleArn: role('control-plane'),
      deletionWindowInDays: 30,
    }),
  );

let aws: Aws;
beforeAll(async () => {
  aws = await openAws();
});
afterAll(() => aws.close());

interface Invocation {
  readonly request?: OnboardRequest;
  readonly fault?: Fault;
  readonly rotationPeriodInDays?: number;
  /** how long the invocation has */
  readonly ms?: number;
}

function invoke(tenantId: string, invocation: Invocation = {}): Promise<OnboardedTenant> {
  const { request = {}, fault, rotationPeriodInDays = 90, ms = 28_000 } = invocation;
  const holder = randomUUID();
  const { table, ...kms } = aws.clients(fault);
  const options = {
    ...kms,
    registry: openRegistry(table, tableName, holder),
    holder,
    knownKeyArns: () => keyArnsOf(table, tableName),
    keyPolicyOf,
    mayPutPolicy: false,
    rotationPeriodInDays,
    end: Date.now() + ms,
  };
  return onboard(options, tenantId, request);
}

const codeOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => 'done',
    (error) => error.code ?? error.name,
  );

/** Ends the lease, if there is one, as time would. */
async function expireLease(tenantId: string): Promise<void> {
  const row = await aws.row(tenantId);
  if (row?.lease !== undefined) await aws.put({ ...row, lease: { holder: 'x', expiresAt: 1 } });
}

async function expectOneKey(tenantId: string): Promise<void> {
  const keys = await aws.keysOf(tenantId);
  expect(keys).toHaveLength(1);
  const row = await aws.row(tenantId);
  expect(row).toMatchObject({ status: 'ACTIVE', keyArn: keys[0] });
  expect(row?.lease).toBeUndefined();
  const KeyId = `alias/tenant-keys/${tenantId}`;
  const { KeyMetadata } = await aws.administrator.describeKey({ KeyId });
  expect(KeyMetadata?.Arn).toBe(keys[0]);
  const rotation = await aws.administrator.getKeyRotationStatus({ KeyId: keys[0] as string });
  expect(rotation).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
  const { Policy } = await aws.administrator.getKeyPolicy({ KeyId: keys[0] as string });
  expect(JSON.parse(Policy as string)).toEqual(JSON.parse(keyPolicyOf(tenantId)));
}

describe('an onboarding that crashes', () => {
  const calls = Array.from({ length: 8 }, (_, index) => index + 1);

  test('makes eight calls when nothing goes wrong', async () => {
    const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
    expect((await invoke('counted', { fault })).created).toBe(true);
    expect(fault.calls).toBe(calls.length);
    await expectOneKey('counted');
  });

  for (const side of ['before', 'after'] as const) {
    test.each(calls)(`${side} its call %d is completed by the next, with one key`, async (call) => {
      const tenantId = `ends-${side}-${call}`;
      await expect(invoke(tenantId, { fault: crashAt(call, side) })).rejects.toThrow('ended');
      await expireLease(tenantId);
      expect((await invoke(tenantId)).row.status).toBe('ACTIVE');
      await expectOneKey(tenantId);
    });
  }

  test('twice, each time right after CreateKey or before its answer is kept', async () => {
    await expect(invoke('twice', { fault: crashAt(4, 'after') })).rejects.toThrow('ended');
    await expireLease('twice');
    await expect(invoke('twice', { fault: crashAt(6, 'after') })).rejects.toThrow('ended');
    await expireLease('twice');
    await invoke('twice');
    await expectOneKey('twice');
  });

  test('is left alone while its lease lasts', async () => {
    await expect(invoke('leased', { fault: crashAt(4, 'after') })).rejects.toThrow('ended');
    expect(await codeOf(invoke('leased', { ms: 4500 }))).toBe('key-not-ready');
    expect(await aws.keysOf('leased')).toHaveLength(1);
  });
});

describe('an answer that is lost', () => {
  const lose = (command: string): Fault => {
    let lost = false;
    return {
      afterAttempt(name) {
        if (name !== command || lost) return;
        lost = true;
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      },
    };
  };

  test("CreateKey's: it is not sent again, and the next one finds the key", async () => {
    const outcome = await codeOf(invoke('lost-key', { fault: lose('CreateKeyCommand') }));
    expect(outcome).toBe('TimeoutError');
    expect(await aws.keysOf('lost-key')).toHaveLength(1);
    expect(await codeOf(invoke('lost-key', { ms: 4500 }))).toBe('key-not-ready');
    await expireLease('lost-key');
    await invoke('lost-key');
    await expectOneKey('lost-key');
  });

  test.each([
    'PutItemCommand',
    'UpdateItemCommand',
    'CreateAliasCommand',
    'EnableKeyRotationCommand',
  ])("%s's: it is sent again, and counts as done", async (command) => {
    const tenantId = `lost-${command.toLowerCase()}`;
    expect((await invoke(tenantId, { fault: lose(command) })).created).toBe(true);
    await expectOneKey(tenantId);
  });
});

describe('KMS refuses', () => {
  const refuse = (command: string, name: string, times: number): Fault => {
    let left = times;
    return {
      before(called) {
        if (called !== command || left === 0) return;
        left -= 1;
        throw Object.assign(new Error(name), { name });
      },
    };
  };

  test('to make a key so fast: it is asked again', async () => {
    const fault = refuse('CreateKeyCommand', 'ThrottlingException', 3);
    expect((await invoke('fast', { fault })).created).toBe(true);
    await expectOneKey('fast');
  });

  test('to make a key: the next one may try at once and looks for no key', async () => {
    const fault = refuse('CreateKeyCommand', 'LimitExceededException', 1);
    expect(await codeOf(invoke('limited', { fault }))).toBe('LimitExceededException');
    expect(await aws.row('limited')).not.toHaveProperty('keyRequestedAt');
    const listed: Fault = {
      before(command) {
        if (command === 'ListKeysCommand') throw new Error('a search without need');
      },
    };
    await invoke('limited', { fault: listed });
    await expectOneKey('limited');
  });

  test.each(['NotFoundException', 'AccessDeniedException'])(
    'since it does not know the new key yet (%s): it is asked again',
    async (name) => {
      const tenantId = `new-${name.slice(0, 6).toLowerCase()}`;
      await invoke(tenantId, { fault: refuse('EnableKeyRotationCommand', name, 2) });
      await expectOneKey(tenantId);
    },
  );
});

describe('many at once', () => {
  test('make one key, and all get the same tenant', async () => {
    const all = await Promise.all(Array.from({ length: 25 }, () => invoke('crowd')));
    expect(new Set(all.map(({ row }) => row.keyArn)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    await expectOneKey('crowd');
  });

  test('go on together where one has crashed after CreateKey', async () => {
    await expect(invoke('rush', { fault: crashAt(4, 'after') })).rejects.toThrow('ended');
    await expireLease('rush');
    const all = await Promise.all(Array.from({ length: 10 }, () => invoke('rush')));
    expect(new Set(all.map(({ row }) => row.keyArn)).size).toBe(1);
    await expectOneKey('rush');
  });

  test('that want different things: one is done, and the others get a 409', async () => {
    const names = ['One', 'Two', 'Three'];
    const outcomes = await Promise.all(
      names.map((displayName) => codeOf(invoke('contested', { request: { displayName } }))),
    );
    expect(outcomes.sort()).toEqual(['done', 'tenant-exists', 'tenant-exists']);
    expect(await aws.keysOf('contested')).toHaveLength(1);
  });
});

describe('the same again', () => {
  test('is what was asked for before, though the configured period has changed', async () => {
    await invoke('again');
    const later = await invoke('again', { rotationPeriodInDays: 365 });
    expect([later.created, later.row.rotationPeriodInDays]).toEqual([false, 90]);
    const named = { rotationPeriodInDays: 90 };
    expect((await invoke('again', { request: named })).created).toBe(false);
  });

  test.each([
    [{}, { displayName: 'A' }],
    [{ displayName: 'A' }, {}],
    [{ displayName: 'A' }, { displayName: 'B' }],
    [{ rotationPeriodInDays: 90 }, { rotationPeriodInDays: 91 }],
    [{ rotationPeriodInDays: 180 }, {}],
  ])('is not: after %j, %j', async (first, second) => {
    const tenantId = `differs-${randomUUID().slice(0, 8)}`;
    await invoke(tenantId, { request: first });
    expect(await codeOf(invoke(tenantId, { request: second }))).toBe('tenant-exists');
  });

  test.each([
    ['SUSPENDED', 'tenant-suspended'],
    ['OFFBOARDING', 'tenant-offboarding'],
    ['ERASED', 'tenant-erased'],
  ])('is refused where the tenant is %s', async (status, code) => {
    const tenantId = `is-${status.toLowerCase()}`;
    await aws.put(rowOf({ tenantId, status }));
    expect(await codeOf(invoke(tenantId))).toBe(code);
    expect(await aws.keysOf(tenantId)).toHaveLength(0);
  });
});

describe('a key that has the alias already', () => {
  const makeKey = async (tenantId: string, tags: Record<string, string>, Policy?: string) => {
    const { KeyMetadata } = await aws.administrator.createKey({
      Policy,
      Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    });
    const KeyId = KeyMetadata?.Arn as string;
    const AliasName = `alias/tenant-keys/${tenantId}`;
    await aws.administrator.createAlias({ AliasName, TargetKeyId: KeyId });
    return KeyId;
  };

  test("is adopted where its tags say it is this tenant's, and it has the product's policy", async () => {
    const tags = { TenantId: 'rowless', ManagedBy: 'tenant-keys' };
    const keyArn = await makeKey('rowless', tags, keyPolicyOf('rowless'));
    expect((await invoke('rowless')).row.keyArn).toBe(keyArn);
    await expectOneKey('rowless');
  });

  test('is left to the reconciler where its policy is another', async () => {
    const tags = { TenantId: 'loosened', ManagedBy: 'tenant-keys' };
    const KeyId = await makeKey('loosened', tags);
    const policy = () => aws.administrator.getKeyPolicy({ KeyId });
    const { Policy } = await policy();
    expect(await codeOf(invoke('loosened'))).toBe('key-not-ready');
    expect((await policy()).Policy).toBe(Policy);
    expect(await aws.row('loosened')).not.toHaveProperty('lease');
  });

  test.each([
    ["a neighbour's", { TenantId: 'globex', ManagedBy: 'tenant-keys' }],
    ["somebody else's", { TenantId: 'ID', ManagedBy: 'somebody-else' }],
    ["nobody's", {}],
  ])('is refused where it is %s', async (name, tags) => {
    const tenantId = `alias-${name.replace(/\W/g, '').toLowerCase()}`;
    const own = Object.entries(tags).map(([k, v]) => [k, v === 'ID' ? tenantId : v]);
    await makeKey(tenantId, Object.fromEntries(own));
    expect(await codeOf(invoke(tenantId))).toBe('alias-taken');
    expect((await aws.row(tenantId))?.status).toBe('PROVISIONING');
  });

  test('is refused where it is pending deletion', async () => {
    const KeyId = await makeKey('pending', { TenantId: 'pending', ManagedBy: 'tenant-keys' });
    await aws.administrator.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    expect(await codeOf(invoke('pending'))).toBe('alias-taken');
  });
});
