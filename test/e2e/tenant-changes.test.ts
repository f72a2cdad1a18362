/** A tenant can be changed over HTTP, and its onboarding stays the same again whatever has been changed since. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl({ trail: false }));
}, 60_000);
afterAll(() => stack.close());

const patch = (tenantId: string, body: object) =>
  control.send('PATCH', `/tenants/${tenantId}`, body);
const advanceDays = async (days: number) => {
  await control.advance(days);
  await stack.run('reconciler');
};

describe('PATCH of a tenant', () => {
  test('changes the names that it has, and GET shows them', async () => {
    await control.put('acme', { displayName: 'Acme' });
    const first = await patch('acme', { legalName: 'Acme Corporation, Inc.' });
    expect([first.status, first.json.displayName, first.json.legalName]).toEqual([
      200,
      'Acme',
      'Acme Corporation, Inc.',
    ]);
    const second = await patch('acme', { displayName: null });
    expect(second.json).not.toHaveProperty('displayName');
    const { key: _, ...shown } = (await control.get('/tenants/acme')).json;
    expect(shown).toEqual(second.json);
    expect(shown.legalName).toBe('Acme Corporation, Inc.');
  });

  test('needs an administrator: no tenant renames itself or another, and no auditor does', async () => {
    await control.put('closed', { displayName: 'Closed' });
    const { client } = stack;
    const tokens = [
      await client.tenantToken('closed'),
      await client.tenantToken('acme'),
      await client.token('tenant-keys/audit-all'),
    ];
    for (const token of tokens) {
      const answer = await client.send('PATCH', '/tenants/closed', {
        token,
        body: { displayName: 'Open' },
      });
      expectProblem(answer, 403, 'forbidden');
    }
    expect((await control.get('/tenants/closed')).json.displayName).toBe('Closed');
  });

  test.each([
    ['nothing', {}, /^body: must have displayName, legalName or both$/],
    ['a list', [], /^body: must be a JSON object$/],
    ['an empty name', { displayName: '' }, /^displayName: must be text of 1-256 printable/],
    ['a change of direction', { legalName: 'a\u202eb' }, /^legalName: must be text .* or null/],
    ['a period', { rotationPeriodInDays: 90 }, /allowed: displayName, legalName$/],
    ['a status', { displayName: 'x', status: 'ACTIVE' }, /unknown member; allowed/],
  ])('of %s is a 400 that says what is right', async (_, body, detail) => {
    await control.put('strict', { displayName: 'Strict' });
    const answer = await patch('strict', body);
    expectProblem(answer, 400, 'bad-request');
    expect(answer.json.detail).toMatch(detail);
    expect((await control.get('/tenants/strict')).json.displayName).toBe('Strict');
  });

  test('needs a body, and a tenant', async () => {
    const answer = await control.send('PATCH', '/tenants/strict');
    expectProblem(answer, 400, 'bad-request');
    expectProblem(await patch('nobody', { displayName: 'x' }), 404, 'tenant-not-found');
    expectProblem(await patch('No_Id', { displayName: 'x' }), 400, 'invalid-tenant-id');
  });

  test('of the longest names takes them in their longest spelling', async () => {
    await control.put('long');
    const { client } = stack;
    const escaped = '\\ud83d\\ude00'.repeat(128);
    const { status, json } = await client.send('PATCH', '/tenants/long', {
      token: await client.adminToken(),
      body: `{"displayName": "${escaped}", "legalName": "${escaped}"}`,
    });
    expect([status, json.legalName]).toEqual([200, '😀'.repeat(128)]);
  });
});

describe('the onboarding PUT', () => {
  const first = { displayName: 'First', rotationPeriodInDays: 180 };
  const other = { displayName: 'First', legalName: 'Other', rotationPeriodInDays: 180 };

  test('is the same again after every other route, until the tenant is erased', async () => {
    const id = 'steady';
    const own = `/tenants/${id}`;
    expect((await control.put(id, first)).status).toBe(201);
    const steps = [
      () => patch(id, { displayName: 'Second', legalName: 'Other' }),
      () => control.send('PUT', `${own}/key/rotation`, { rotationPeriodInDays: 90 }),
      () => control.post(id, 'key/rotations'),
      () => control.post(id, 'suspend'),
      () => patch(id, { displayName: null }),
      () => control.post(id, 'resume'),
      () => control.offboard(id),
      () => control.post(id, 'restore'),
      () => control.offboard(id),
    ];
    for (const [at, step] of steps.entries()) {
      const now = await step();
      expect([at, now.status < 300]).toEqual([at, true]);
      const { key: _, ...shown } = (await control.get(own)).json;
      const again = await control.put(id, first);
      expect([at, again.status, again.json]).toEqual([at, 200, shown]);
      const answer = await control.put(id, other);
      expectProblem(answer, 409, 'tenant-exists');
      expect(answer.json.detail).toMatch(/with another legalName\./);
    }
    await advanceDays(31);
    expect((await control.get(own)).json.status).toBe('ERASED');
    expectProblem(await control.put(id, first), 409, 'tenant-erased');
    expectProblem(await patch(id, { displayName: 'x' }), 409, 'tenant-erased');
  }, 60_000);
});
