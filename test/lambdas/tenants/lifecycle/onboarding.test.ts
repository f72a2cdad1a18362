/** One tenant, one key: against the KMS and DynamoDB of the local stack, over HTTP. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowOf } from '../../../harness/tenant-row.ts';
import { type Aws, type Fault, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf } from '../harness.ts';
import { keyPolicyOf, onboardings } from '../onboardings.ts';

let aws: Aws;
let invoke: ReturnType<typeof onboardings>;
beforeAll(async () => {
  aws = await openAws();
  invoke = onboardings(aws);
});
afterAll(() => aws.close());

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
  expect(JSON.parse(Policy as string)).toEqual(keyPolicyOf(tenantId));
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
    [{}, { legalName: 'A' }],
    [{ legalName: 'A' }, { displayName: 'A' }],
    [{ rotationPeriodInDays: 90 }, { rotationPeriodInDays: 91 }],
    [{ rotationPeriodInDays: 180 }, {}],
  ])('is not: after %j, %j', async (first, second) => {
    const tenantId = `differs-${randomUUID().slice(0, 8)}`;
    await invoke(tenantId, { request: first });
    expect(await codeOf(invoke(tenantId, { request: second }))).toBe('tenant-exists');
  });

  test.each([
    [{ displayName: 'Secret' }, /with another displayName\./],
    [{ rotationPeriodInDays: 180 }, /with another rotationPeriodInDays\./],
    [
      { displayName: 'Secret', rotationPeriodInDays: 180 },
      /displayName and rotationPeriodInDays\./,
    ],
  ])('is not, and the error names what differs, not its value: %j', async (request, detail) => {
    await invoke('known', { request: { displayName: 'Known' } });
    const { message } = await invoke('known', {
      request: { displayName: 'Known', ...request },
    }).catch((error) => error);
    expect(message).toMatch(detail);
    expect(message).not.toMatch(/Secret|Known|180|90/);
  });

  test.each([
    ['SUSPENDED', 'done', 'tenant-exists'],
    ['OFFBOARDING', 'done', 'tenant-exists'],
    ['ERASED', 'tenant-erased', 'tenant-erased'],
  ])('of a tenant that is %s since: %s, and something else: %s', async (status, same, other) => {
    const tenantId = `is-${status.toLowerCase()}`;
    const before = rowOf({ tenantId, status });
    await aws.put(before);
    expect(await codeOf(invoke(tenantId, { request: { displayName: 'Acme Corp' } }))).toBe(same);
    expect(await codeOf(invoke(tenantId))).toBe(other);
    expect(await aws.row(tenantId)).toEqual(before);
    expect(await aws.keysOf(tenantId)).toHaveLength(0);
  });
});
