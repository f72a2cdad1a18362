/**
 * The canary as it is deployed: the bundled function under its own role, run by its rule, in a stack with
 * tenants in it.
 */

import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CanaryReport } from '../../contract/canary-report.ts';
import { probes } from '../../lambdas/canary/probes.ts';
import { startTestStack, type TestStack } from './test-stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.client.onboard('acme');
});
afterAll(() => stack.close());

const runCanary = async () => (await stack.run('canary')) as CanaryReport;

const keyThat = async (description: string) => {
  const { kms } = stack.administrator;
  const { Keys = [] } = await kms.listKeys({ Limit: 1000 });
  const described = Keys.map(async ({ KeyId }) => (await kms.describeKey({ KeyId })).KeyMetadata);
  return (await Promise.all(described)).find((key) => key?.Description?.includes(description))
    ?.Arn as string;
};

test('today every probe is refused or allowed as it must be', async () => {
  const refused = probes.filter(({ expected }) => expected === 'refused').length;
  expect(await runCanary()).toEqual({
    opened: [],
    broken: [],
    unknown: [],
    denied: refused,
    allowed: probes.length - refused,
  });
});

test('whoever asks the local stack for a run gets its report', async () => {
  const response = await fetch(`${stack.aws}/_local/canary`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ opened: [], broken: [], unknown: [] });
});

test('each run is one line, with its metrics', async () => {
  await runCanary();
  await stack.settled();
  const lines = stack.logs.filter((line) => line.includes('"message":"canary"'));
  expect(JSON.parse(lines.at(-1) as string)).toMatchObject({
    level: 'INFO',
    CanaryOpenedPaths: 0,
    CanaryBrokenPaths: 0,
    CanaryUnknownPaths: 0,
    CanaryRuns: 1,
  });
});

test("the reconciler finds nothing in the canary's keys, nor does an onboarding take one", async () => {
  const summary = (await stack.run('reconciler')) as { found: unknown[]; complete: boolean };
  expect(summary).toMatchObject({ found: [], complete: true });
  const { kms } = stack.administrator;
  const KeyId = await keyThat("canary_a's key");
  expect((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('Enabled');
});

test('its tenants are in no list, and nobody can be one of them', async () => {
  expect(await stack.rowCount()).toBe(1);
  await expect(stack.client.onboard('canary_a')).rejects.toThrow();
});

test('the sessions that it opens are its own two tenants and no other', async () => {
  const before = stack.calls.length;
  await runCanary();
  const sessions = stack.calls
    .slice(before)
    .map(({ caller }) => caller?.arn ?? '')
    .filter((arn) => /-(TenantRole|AuditReaderRole)/.test(arn));
  expect(new Set(sessions.map((arn) => arn.split('/').at(-1)))).toEqual(
    new Set(['canary_a', 'canary_b']),
  );
});

test('a key policy that somebody has opened by hand is reported by the next run, and its repair by the one after', async () => {
  const { kms } = stack.administrator;
  const KeyId = await keyThat("a key that its policy's Denies alone guard");
  const { Policy = '' } = await kms.getKeyPolicy({ KeyId });
  const policy = JSON.parse(Policy);
  const without = {
    ...policy,
    Statement: policy.Statement.filter(
      ({ Sid }: { Sid: string }) => Sid !== 'NeighbourTouchesNothing',
    ),
  };
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify(without) }));
  const { opened, broken } = await runCanary();
  expect(broken).toEqual([]);
  expect(opened).toContain(
    "canary_a's session decrypts with a key that its policy's Denies alone guard, with TenantId=canary_b in the context",
  );
  await stack.settled();
  const line = stack.logs.findLast((text) => text.includes('"message":"canary"')) as string;
  expect(JSON.parse(line)).toMatchObject({ level: 'ERROR', CanaryOpenedPaths: opened.length });
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
  expect(await runCanary()).toMatchObject({ opened: [], broken: [], unknown: [] });
});
