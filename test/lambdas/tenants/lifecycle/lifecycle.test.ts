/** A tenant's statuses and the transitions between them: against the KMS and DynamoDB of the local stack, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantStatus } from '../../../../contract/tenant-status.ts';
import type { Intent } from '../../../../lambdas/tenants/registry/status.ts';
import { type Aws, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf, tenantsOf, wanted } from '../harness.ts';

let aws: Aws;
let tenants: ReturnType<typeof tenantsOf>;
beforeAll(async () => {
  aws = await openAws();
  tenants = tenantsOf(aws);
});
afterAll(() => aws.close());

const legal = ['ACTIVE Enabled', 'SUSPENDED Disabled', 'OFFBOARDING PendingDeletion'];
const ends: Record<Intent, string> = {
  suspend: 'SUSPENDED Disabled',
  resume: 'ACTIVE Enabled',
  offboard: 'OFFBOARDING PendingDeletion',
  restore: 'ACTIVE Enabled',
};
const begins: Record<Intent, TenantStatus> = {
  suspend: 'ACTIVE',
  resume: 'SUSPENDED',
  offboard: 'ACTIVE',
  restore: 'OFFBOARDING',
};
const intents = Object.keys(ends) as Intent[];

describe('each transition in each status', () => {
  const outcomes: Record<Intent, Record<TenantStatus, string>> = {
    suspend: {
      PROVISIONING: 'tenant-provisioning',
      ACTIVE: 'SUSPENDED Disabled',
      SUSPENDED: 'SUSPENDED Disabled',
      OFFBOARDING: 'tenant-offboarding',
      ERASED: 'tenant-erased',
    },
    resume: {
      PROVISIONING: 'tenant-provisioning',
      ACTIVE: 'ACTIVE Enabled',
      SUSPENDED: 'ACTIVE Enabled',
      OFFBOARDING: 'tenant-offboarding',
      ERASED: 'tenant-erased',
    },
    offboard: {
      PROVISIONING: 'tenant-provisioning',
      ACTIVE: 'OFFBOARDING PendingDeletion',
      SUSPENDED: 'OFFBOARDING PendingDeletion',
      OFFBOARDING: 'OFFBOARDING PendingDeletion',
      ERASED: 'tenant-erased',
    },
    restore: {
      PROVISIONING: 'tenant-provisioning',
      ACTIVE: 'ACTIVE Enabled',
      SUSPENDED: 'tenant-suspended',
      OFFBOARDING: 'ACTIVE Enabled',
      ERASED: 'tenant-erased',
    },
  };
  const cells = intents.flatMap((intent) =>
    (Object.keys(outcomes[intent]) as TenantStatus[]).map(
      (status) => [intent, status, outcomes[intent][status]] as const,
    ),
  );

  test.each(cells)('%s where it is %s: %s', async (intent, status, expected) => {
    const tenantId = await tenants.make(status);
    const before = await tenants.stateOf(tenantId);
    const outcome = await codeOf(tenants.invoke(tenantId, wanted(intent)));
    const after = await tenants.stateOf(tenantId);
    expect(outcome === 'done' ? after : outcome).toBe(expected);
    if (outcome !== 'done') expect(after).toBe(before);
  });

  test.each(intents)('%s of an unknown tenant is a 404', async (intent) => {
    expect(await codeOf(tenants.invoke('nobody', wanted(intent)))).toBe('tenant-not-found');
  });

  test.each(intents)('%s again reads the row and does nothing', async (intent) => {
    const tenantId = await tenants.make(begins[intent]);
    const first = await tenants.invoke(tenantId, wanted(intent));
    const called: string[] = [];
    const fault = { before: (command: string) => called.push(command) };
    expect(await tenants.invoke(tenantId, wanted(intent), { fault })).toEqual(first);
    expect(called).toEqual(['GetItemCommand']);
  });
});

describe('a transition that is cut off', () => {
  const calls: Record<Intent, number> = { suspend: 5, resume: 5, offboard: 10, restore: 7 };

  test.each(intents)('%s makes as many calls as this matrix has points', async (intent) => {
    const tenantId = await tenants.make(begins[intent]);
    const fault = crashAt(Number.POSITIVE_INFINITY, 'after');
    await tenants.invoke(tenantId, wanted(intent), { fault });
    expect(fault.calls).toBe(calls[intent]);
  });

  const points = intents.flatMap((intent) =>
    Array.from({ length: calls[intent] }, (_, index) =>
      (['before', 'after'] as const).map((side) => [intent, side, index + 1] as const),
    ).flat(),
  );

  const cutOff = async ([intent, side, call]: (typeof points)[number]) => {
    const tenantId = await tenants.make(begins[intent]);
    const fault = crashAt(call, side);
    await expect(tenants.invoke(tenantId, wanted(intent), { fault })).rejects.toThrow('ended');
    await tenants.expireLease(tenantId);
    return tenantId;
  };

  test.each(points)('%s, %s call %d: the same again completes it', async (...point) => {
    const tenantId = await cutOff(point);
    await tenants.invoke(tenantId, wanted(point[0]));
    expect(await tenants.stateOf(tenantId)).toBe(ends[point[0]]);
  });

  test.each(points)('%s, %s call %d: the reconciler completes what was begun', async (...point) => {
    const tenantId = await cutOff(point);
    const { intent } = await tenants.row(tenantId);
    if (intent !== undefined) await tenants.again(tenantId, intent);
    expect(legal).toContain(await tenants.stateOf(tenantId));
  });

  test.each(points)('%s, %s call %d: the way back is open', async (...point) => {
    const [intent] = point;
    const back: Record<Intent, Intent> = {
      suspend: 'resume',
      resume: 'suspend',
      offboard: 'restore',
      restore: 'offboard',
    };
    const tenantId = await cutOff(point);
    await tenants.invoke(tenantId, wanted(back[intent]));
    expect(await tenants.stateOf(tenantId)).toBe(ends[back[intent]]);
  });

  test('suspend, before KMS says whose key it is: the registry gives no use all the same', async () => {
    const tenantId = await tenants.make();
    const fault = {
      before(command: string) {
        if (command.startsWith('ListResourceTags')) throw new Error('no');
      },
    };
    await expect(tenants.invoke(tenantId, wanted('suspend'), { fault })).rejects.toThrow('no');
    expect((await tenants.row(tenantId)).status).toBe('SUSPENDED');
  });

  test.each(intents)('%s, by an error of KMS: no lease is left, but the intent', async (intent) => {
    const tenantId = await tenants.make(begins[intent]);
    const acts = /^(Enable|Disable|Schedule|Cancel)/;
    const fault = {
      before(command: string) {
        if (acts.test(command)) throw new Error('no');
      },
    };
    await expect(tenants.invoke(tenantId, wanted(intent), { fault })).rejects.toThrow('no');
    const row = await tenants.row(tenantId);
    expect([row.intent, row.lease]).toEqual([intent, undefined]);
    // What takes use away is written before KMS is asked, what gives it back is not.
    expect(row.status).toBe(
      intent === 'resume' || intent === 'restore' ? begins[intent] : ends[intent].split(' ')[0],
    );
  });
});

describe('two at once', () => {
  const runs = Array.from({ length: 5 }, (_, index) => index + 1);

  test.each([
    ['suspend', 'resume', 'ACTIVE'],
    ['offboard', 'restore', 'ACTIVE'],
    ['offboard', 'restore', 'OFFBOARDING'],
    ['suspend', 'offboard', 'ACTIVE'],
  ] as const)('%s against %s, %s before, end in a legal state', async (one, other, status) => {
    for (const _ of runs) {
      const tenantId = await tenants.make(status);
      const crowd = [one, other, one, other].map((intent) =>
        codeOf(tenants.invoke(tenantId, wanted(intent))),
      );
      for (const outcome of await Promise.all(crowd)) {
        expect(['done', 'tenant-offboarding', 'tenant-suspended']).toContain(outcome);
      }
      expect(legal).toContain(await tenants.stateOf(tenantId));
    }
  });

  test('another invocation at work is waited for; then it is a 409 that says when to try again', async () => {
    const lease = { holder: 'another', expiresAt: Date.now() + 30_000 };
    const tenantId = await tenants.make('ACTIVE', { lease });
    const busy = tenants.invoke(tenantId, wanted('suspend'), { ms: 4500 });
    const error = await busy.catch((problem) => problem);
    expect([error.status, error.code]).toEqual([409, 'tenant-busy']);
    expect(Number(error.headers['Retry-After'])).toBeGreaterThan(20);
    expect(await tenants.again(tenantId, 'suspend')).toBeUndefined();
    expect(await tenants.stateOf(tenantId)).toBe('ACTIVE Enabled lease');
  });

  test('an invocation whose time is over begins nothing', async () => {
    const tenantId = await tenants.make();
    const outcome = await codeOf(tenants.invoke(tenantId, wanted('suspend'), { ms: -1 }));
    expect([outcome, await tenants.stateOf(tenantId)]).toEqual(['unavailable', 'ACTIVE Enabled']);
  });

  test('a row that a deployment changes meanwhile keeps that change, and the transition ends', async () => {
    const tenantId = await tenants.make();
    let changed = false;
    const fault = {
      before(command: string) {
        changed ||= command === 'DisableKeyCommand';
      },
    };
    const options = tenants.options({ fault });
    const { registry } = options;
    const change: typeof registry.change = async (row, change) => {
      if (changed) {
        changed = false;
        await tenants.options().registry.change(row, { displayName: 'Renamed' });
      }
      return registry.change(row, change);
    };
    const { transition } = await import('../../../../lambdas/tenants/lifecycle/lifecycle.ts');
    await transition(
      { ...options, registry: { ...registry, change } },
      tenantId,
      wanted('suspend'),
    );
    expect(await tenants.stateOf(tenantId)).toBe('SUSPENDED Disabled');
    expect((await tenants.row(tenantId)).displayName).toBe('Renamed');
  });
});
