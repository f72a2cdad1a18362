/** Who did what, and who tried: found in the audit by the right reader, and by no other. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RequestEvent, requestEvent } from '../../contract/audit.ts';
import { type Route, routes } from '../../contract/routes.ts';
import type { Send } from './client.ts';
import { type Control, startControl } from './control.ts';
import { expectProblem } from './problem.ts';
import type { TestStack } from './test-stack.ts';

let stack: TestStack;
let control: Control;
beforeAll(async () => {
  ({ stack, control } = await startControl());
  for (const tenantId of ['acme', 'globex']) await stack.client.onboard(tenantId);
});
afterAll(() => stack.close());

const plaintext = 'aGVsbG8=';
const auditToken = (tenantId: string) => stack.client.token('tenant-keys/audit', tenantId);

/** One request: what a reader finds. */
async function found(tenantId: string, query: string, token?: string): Promise<RequestEvent[]> {
  const answer = await stack.client.send('GET', `/tenants/${tenantId}/audit?${query}`, {
    token: token ?? (await auditToken(tenantId)),
  });
  expect(answer.status).toBe(200);
  return answer.json.events;
}

describe('an actor and a label', () => {
  const headers = { 'Tenant-Keys-Actor': 'jane@example.com', 'tenant-keys-label': 'ticket 4711' };
  const claims = { actor: 'jane@example.com', label: 'ticket 4711' };

  test('of a request to the data plane are in its event, beside the principal', async () => {
    const token = await stack.client.tenantToken('acme');
    const body = { plaintext };
    const sent = { token, body, headers };
    const { status } = await stack.client.send('POST', '/tenants/acme/encrypt', sent);
    expect(status).toBe(200);
    await stack.indexed();
    const events = await found('acme', 'actor=jane@example.com');
    expect(events).toMatchObject([{ operation: 'encrypt', principal: 'test', ...claims }]);
    requestEvent.parse(events[0]);
    expect(await found('globex', 'actor=jane@example.com')).toEqual([]);
  });

  test('are in no encryption context, in no record of CloudTrail and in no metric', async () => {
    const trail = JSON.stringify(stack.deployment.trail.events);
    const lines = stack.logs.filter((line) => line.includes('jane@example.com'));
    expect(lines).not.toEqual([]);
    expect(trail).not.toContain('jane@example.com');
    for (const line of lines) expect(JSON.stringify(JSON.parse(line)._aws)).not.toContain('jane');
  });

  test('of a change by an administrator are in the event of the change', async () => {
    const token = await stack.client.adminToken();
    for (const step of ['suspend', 'resume']) {
      await stack.client.send('POST', `/tenants/globex/${step}`, { token, headers });
    }
    await stack.indexed();
    expect(await found('globex', 'actor=jane@example.com')).toMatchObject([
      { ...claims, before: { status: 'ACTIVE' }, after: { status: 'SUSPENDED' } },
      { ...claims, before: { status: 'SUSPENDED' }, after: { status: 'ACTIVE' } },
    ]);
  });

  const all = routes.filter(({ path, operation }) => operation !== 'onboard' || path.includes('{'));
  const sendTo = async ({ method, path, scopes }: Route, wrong: NonNullable<Send['headers']>) => {
    const [scope] = scopes;
    const ofTenant = scope === 'tenant-keys/crypto' || scope === 'tenant-keys/audit';
    const token = await stack.client.token(scope as string, ofTenant ? 'acme' : undefined);
    return stack.client.send(method, path.replace('{tenantId}', 'acme'), { token, headers: wrong });
  };
  const wrongClaims = [
    ['tenant-keys-actor', { 'Tenant-Keys-Actor': ['jane', 'john'] }],
    ['tenant-keys-label', { 'tenant-keys-label': 'caf\xe9' }],
  ] satisfies [string, Send['headers']][];

  test('that are wrong are refused by each route before it does anything, and name who sent them', async () => {
    const sent = new Map<unknown, string>();
    for (const route of all) {
      for (const [name, wrong] of wrongClaims) {
        const answer = await sendTo(route, wrong);
        expectProblem(answer, 400, 'bad-request');
        expect(answer.json.detail).toMatch(new RegExp(`^${name}: must be`));
        sent.set(answer.headers['x-amzn-requestid'], route.operation);
      }
    }
    await stack.settled();
    const lines = stack.logs
      .map((line) => JSON.parse(line))
      .filter(({ message, requestId }) => message === 'request' && sent.has(requestId));
    expect(lines).toHaveLength(all.length * wrongClaims.length);
    for (const line of lines) {
      const operation = sent.get(line.requestId);
      expect(line).toMatchObject({ operation, principal: 'test', code: 'bad-request' });
      expect([line.KmsCalls, line.actor, line.after]).toEqual([undefined, undefined, undefined]);
    }
  });
});

describe('a change of a tenant', () => {
  test('says what was before and what is after, and by whom', async () => {
    await control.put('initech', { displayName: 'Initech', rotationPeriodInDays: 180 });
    await control.post('initech', 'suspend');
    await control.offboard('initech');
    await stack.indexed();
    const events = await found('initech', 'kind=request');
    const keyArn = expect.stringMatching(/^arn:aws:kms:/);
    const change = (before: object | undefined, after: object) => ({
      principal: 'test',
      ...(before && { before }),
      after,
    });
    expect(events.map(({ principal, before, after }) => ({ principal, before, after }))).toEqual([
      change(undefined, {
        status: 'ACTIVE',
        displayName: 'Initech',
        rotationPeriodInDays: 180,
        keyArn,
      }),
      change({ status: 'ACTIVE' }, { status: 'SUSPENDED' }),
      change({ status: 'SUSPENDED' }, { status: 'OFFBOARDING', deletionDate: expect.any(String) }),
    ]);
  });

  test('that was refused, or was done before, changed nothing', async () => {
    expectProblem(await control.post('initech', 'resume'), 409, 'tenant-offboarding');
    expect((await control.offboard('initech')).status).toBe(202);
    await stack.indexed();
    const events = await found('initech', 'kind=request&order=newest&limit=2');
    expect(events.map(({ operation, outcome, after }) => [operation, outcome, after])).toEqual([
      ['offboard', 'succeeded', undefined],
      ['resume', 'refused', undefined],
    ]);
  });
});

test("who reads a tenant's audit is an event in it", async () => {
  const auditor = await stack.client.token('tenant-keys/audit-all');
  await found('globex', 'limit=1', auditor);
  await stack.indexed();
  expect(await found('globex', 'operation=listEvents&order=newest&limit=1')).toMatchObject([
    { kind: 'request', outcome: 'succeeded', principal: 'test', sourceAddress: '127.0.0.1' },
  ]);
});
