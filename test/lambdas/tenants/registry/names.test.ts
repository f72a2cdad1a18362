/**
 * A tenant's names can be changed, and whatever is changed: the onboarding PUT stays the same again, and another stays
 * another.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TenantStatus } from '../../../../contract/tenant-status.ts';
import type { OnboardRequest, TenantPatch } from '../../../../contract/tenants.ts';
import { setRotationPeriod } from '../../../../lambdas/tenants/lifecycle/rotation-period.ts';
import { changeNames } from '../../../../lambdas/tenants/registry/names.ts';
import { type Aws, openAws } from '../aws.ts';
import { crashAt } from '../crash.ts';
import { codeOf, type Invocation, offboard, tenantsOf, wanted } from '../harness.ts';
import { onboardings } from '../onboardings.ts';

let aws: Aws;
let tenants: ReturnType<typeof tenantsOf>;
let onboard: ReturnType<typeof onboardings>;
beforeAll(async () => {
  aws = await openAws();
  tenants = tenantsOf(aws);
  onboard = onboardings(aws);
});
afterAll(() => aws.close());

const change = (tenantId: string, patch: TenantPatch, invocation?: Invocation) =>
  changeNames(tenants.options(invocation), tenantId, patch);
const putAgain = (tenantId: string, request: OnboardRequest) => onboard(tenantId, { request });

describe('in each status', () => {
  const outcomes: Record<TenantStatus, string> = {
    PROVISIONING: 'tenant-provisioning',
    ACTIVE: 'done',
    SUSPENDED: 'done',
    OFFBOARDING: 'done',
    ERASED: 'tenant-erased',
  };

  test.each(Object.entries(outcomes))('%s: %s', async (status, outcome) => {
    const tenantId = await tenants.make(status as TenantStatus);
    const before = await tenants.row(tenantId);
    expect(await codeOf(change(tenantId, { legalName: 'New' }))).toBe(outcome);
    const { version, writer, updatedAt, onboardedWith, ...after } = await tenants.row(tenantId);
    const { version: _, writer: __, updatedAt: ___, onboardedWith: ____, ...rest } = before;
    expect(after).toEqual(outcome === 'done' ? { ...rest, legalName: 'New' } : rest);
  });

  test('an unknown tenant is a 404', async () => {
    expect(await codeOf(change('nobody', { legalName: 'New' }))).toBe('tenant-not-found');
    expect(await aws.row('nobody')).toBeUndefined();
  });
});

describe('a change', () => {
  test('leaves what it does not name, and takes away what it names null', async () => {
    const tenantId = await tenants.make('ACTIVE');
    await change(tenantId, { legalName: 'Acme Corporation' });
    expect(await tenants.row(tenantId)).toMatchObject({
      displayName: 'Acme Corp',
      legalName: 'Acme Corporation',
    });
    await change(tenantId, { displayName: null });
    const row = await tenants.row(tenantId);
    expect(row).not.toHaveProperty('displayName');
    expect(row.legalName).toBe('Acme Corporation');
  });

  test.each([{ displayName: 'Acme Corp' }, { legalName: null }])(
    'that changes nothing reads the row and writes nothing: %j',
    async (patch) => {
      const tenantId = await tenants.make('ACTIVE');
      const called: string[] = [];
      await change(tenantId, patch, { fault: { before: (command) => called.push(command) } });
      expect(called).toEqual(['GetItemCommand']);
    },
  );

  test('is a read and one write, without KMS', async () => {
    const tenantId = await tenants.make('ACTIVE');
    const called: string[] = [];
    const fault = { before: (command: string) => called.push(command) };
    await change(tenantId, { displayName: 'New' }, { fault });
    expect(called).toEqual(['GetItemCommand', 'UpdateItemCommand']);
  });

  test.each(['before', 'after'] as const)(
    'that is cut off %s any call is there whole or not at all, and comes again',
    async (side) => {
      for (const call of [1, 2]) {
        const tenantId = await tenants.make('ACTIVE');
        const before = await tenants.row(tenantId);
        const patch = { displayName: 'New', legalName: 'New Inc.' };
        const fault = crashAt(call, side);
        await expect(change(tenantId, patch, { fault })).rejects.toThrow('ended');
        const { displayName, legalName, lease } = await tenants.row(tenantId);
        const isWhole = call === 2 && side === 'after';
        const names = isWhole ? ['New', 'New Inc.'] : [before.displayName, undefined];
        expect([call, displayName, legalName, lease]).toEqual([call, ...names, undefined]);
        expect(await change(tenantId, patch)).toMatchObject(patch);
      }
    },
  );

  test('waits for whoever is at work on the tenant, and says so where that takes long', async () => {
    const tenantId = await tenants.make('ACTIVE');
    const before = { ...(await aws.row(tenantId)) };
    const leased = { ...before, lease: { holder: 'other', expiresAt: Date.now() + 300 } };
    await aws.put(leased);
    expect(await change(tenantId, { displayName: 'New' })).toMatchObject({ displayName: 'New' });
    await aws.put({ ...leased, lease: { holder: 'other', expiresAt: Date.now() + 60_000 } });
    expect(await codeOf(change(tenantId, { displayName: 'Newer' }, { ms: 4500 }))).toBe(
      'tenant-busy',
    );
    expect((await aws.row(tenantId))?.displayName).toBe('Acme Corp');
  });

  test('of one name and of the other at once: both are there, and no transition beside them is lost', async () => {
    const tenantId = await tenants.make('ACTIVE');
    await Promise.all([
      change(tenantId, { displayName: 'One' }),
      change(tenantId, { legalName: 'Two' }),
      tenants.invoke(tenantId, wanted('suspend')),
    ]);
    expect(await tenants.row(tenantId)).toMatchObject({ displayName: 'One', legalName: 'Two' });
    expect(await tenants.stateOf(tenantId)).toBe('SUSPENDED Disabled');
  });
});

describe('the onboarding PUT', () => {
  type Step = (tenantId: string) => Promise<unknown>;
  const steps: Readonly<Record<string, Step>> = {
    rename: (id) => change(id, { displayName: 'Renamed' }),
    'take the name away': (id) => change(id, { displayName: null, legalName: null }),
    'name legally': (id) => change(id, { legalName: 'Inc.' }),
    'set the period': (id) => setRotationPeriod(tenants.options(), id, 200),
    'set it back': (id) => setRotationPeriod(tenants.options(), id, 90),
    suspend: (id) => tenants.invoke(id, wanted('suspend')),
    resume: (id) => tenants.invoke(id, wanted('resume')),
    offboard: (id) => tenants.invoke(id, offboard({ force: true })),
    restore: (id) => tenants.invoke(id, wanted('restore')),
  };
  const name = fc.constantFrom(undefined, 'Acme', 'Renamed', 'Inc.');
  const request = fc
    .record({
      displayName: name,
      legalName: name,
      rotationPeriodInDays: fc.constantFrom(undefined, 90, 200),
    })
    .map((members) =>
      Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
    );
  let count = 0;

  test('is the same again after any changes, and another one is another', async () => {
    await fc.assert(
      fc.asyncProperty(
        request,
        request,
        fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 5 }),
        async (first, other, changes) => {
          count += 1;
          const tenantId = `property-${count}`;
          await putAgain(tenantId, first);
          const outcome = await codeOf(putAgain(tenantId, other));
          // What the status refuses changes nothing.
          for (const step of changes) await codeOf((steps[step] as Step)(tenantId));
          const before = await tenants.row(tenantId);
          expect(await putAgain(tenantId, first)).toEqual({ row: before, created: false });
          expect(await codeOf(putAgain(tenantId, other))).toBe(outcome);
          expect(await tenants.row(tenantId)).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  test('of a row that an earlier version wrote: as it stands is what it was onboarded with', async () => {
    const tenantId = await tenants.make('ACTIVE');
    expect(await aws.row(tenantId)).not.toHaveProperty('onboardedWith');
    const first = { displayName: 'Acme Corp' };
    expect(await codeOf(putAgain(tenantId, first))).toBe('done');
    await change(tenantId, { displayName: 'Renamed' });
    await setRotationPeriod(tenants.options(), tenantId, 200);
    expect(await codeOf(putAgain(tenantId, first))).toBe('done');
    expect(await codeOf(putAgain(tenantId, { displayName: 'Renamed' }))).toBe('tenant-exists');
    const chosen = { ...first, rotationPeriodInDays: 200 };
    expect(await codeOf(putAgain(tenantId, chosen))).toBe('tenant-exists');
  });

  test('does not go on with the names of a change that came before its key was made', async () => {
    const tenantId = 'unfinished';
    const crash = onboard(tenantId, {
      request: { displayName: 'First' },
      fault: crashAt(4, 'after'),
    });
    await expect(crash).rejects.toThrow('ended');
    expect(await codeOf(change(tenantId, { displayName: 'Early' }))).toBe('tenant-provisioning');
    await tenants.expireLease(tenantId);
    const { row } = await putAgain(tenantId, { displayName: 'First' });
    expect(row).toMatchObject({ status: 'ACTIVE', displayName: 'First' });
  });
});
