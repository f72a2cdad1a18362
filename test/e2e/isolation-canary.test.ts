/**
 * The canary as it is deployed: the bundled function under its own role, run by its rule, in a stack with
 * tenants in it.
 */

import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CanaryReport } from '../../contract/canary-report.ts';
import { probes } from '../../lambdas/canary/probes.ts';
import { probesAt } from '../../lambdas/canary/rotation.ts';
import { userIdentity } from '../../local/cloudtrail/identity.ts';
import type { Caller } from '../../local/iam/caller.ts';
import type { FunctionDefinition } from '../../local/lambda/template.ts';
import { parseFilterPattern } from '../../local/logs/filter-pattern.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import { unauthorizedCallsPatternOf } from '../harness/unauthorized-calls.ts';
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
  const names = (must: string) =>
    probes.filter(({ expected }) => expected === must).map(({ name }) => name);
  expect(await runCanary()).toEqual({
    opened: [],
    broken: [],
    unknown: [],
    denied: names('refused'),
    allowed: names('allowed'),
  });
});

const definition = () =>
  [...stack.deployment.functions.values()].find(
    ({ handler }) => handler === 'canary.handler',
  ) as FunctionDefinition;

/** As the rule does, with an event that is not its own: what the function makes of it is the same. */
async function runAsScheduled(event: object = { source: 'aws.events' }) {
  const { Payload } = await stack.administrator.lambda.invoke({
    FunctionName: definition().name,
    Payload: JSON.stringify(event),
  });
  return JSON.parse(Buffer.from(Payload ?? []).toString()) as CanaryReport;
}

test.each([[{ source: 'aws.events' }], [{ full: 'true' }], [{ full: 1 }]])(
  'a scheduled run tries the sentinels and a share of the rest: %j',
  async (event) => {
    const before = Date.now();
    const { opened, broken, unknown, denied, allowed } = await runAsScheduled(event);
    expect([opened, broken, unknown]).toEqual([[], [], []]);
    // As they were due when it was invoked or, where the next interval has begun meanwhile, now.
    const minutes = Number(definition().environment.EVERY_MINUTES);
    const due = [before, Date.now()].map((moment) =>
      probesAt(moment, minutes, probes).map(({ name }) => name),
    );
    const tried = [...denied, ...allowed];
    expect(due.map((names) => names.toSorted())).toContainEqual(tried.toSorted());
    expect(tried.length).toBeLessThan(60);
  },
);

test('who leaves the canary out of an alarm on unauthorized calls leaves nobody else out', async () => {
  const before = stack.calls.length;
  await runCanary();
  const refused = stack.calls
    .slice(before)
    .filter(({ errorCode = '' }) => errorCode.startsWith('AccessDenied'));
  expect(refused.length).toBeGreaterThan(300);
  const document = await synthesizedTemplate();
  const counts = parseFilterPattern(unauthorizedCallsPatternOf(document));
  const counted = (errorCode: string | undefined, identity: object) =>
    counts(JSON.stringify({ errorCode, userIdentity: identity }));
  const identities = refused.map(({ caller }) =>
    userIdentity(caller as Caller, (caller as Caller).accountId),
  );
  expect(identities.filter((identity) => counted('AccessDenied', identity))).toEqual([]);

  const arns = [...new Set(identities.map((identity) => String(Reflect.get(identity, 'arn'))))];
  expect(arns.length).toBeGreaterThan(5);
  for (const arn of arns) {
    // Another account's role of that name, another role's session of that name, and that role's other sessions.
    const others = [
      arn.replace(/:\d{12}:/, ':999999999999:'),
      arn.replace(/assumed-role\/[^/]+/, 'assumed-role/Other'),
      ...(arn.includes('-CanaryRole') ? [] : [arn.replace(/[^/]+$/, 'acme')]),
    ];
    for (const other of others) expect(counted('AccessDenied', { arn: other })).toBe(true);
    expect(counted('Client.UnauthorizedOperation', { arn: others[0] })).toBe(true);
    expect(counted(undefined, { arn: others[0] })).toBe(false);
    expect(counted('ThrottlingException', { arn: others[0] })).toBe(false);
  }
  expect(counted('AccessDenied', { type: 'AWSService' })).toBe(true);
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
  // A sentinel sees it, and then the run goes on to all others.
  const { opened, broken, denied, allowed } = await runAsScheduled();
  expect(broken).toEqual([]);
  const names = probes.map(({ name }) => name).toSorted();
  expect([...opened, ...denied, ...allowed].toSorted()).toEqual(names);
  expect(opened).toContain(
    "canary_a's session decrypts with a key that its policy's Denies alone guard, with TenantId=canary_b in the context",
  );
  await stack.settled();
  const line = stack.logs.findLast((text) => text.includes('"message":"canary"')) as string;
  expect(JSON.parse(line)).toMatchObject({ level: 'ERROR', CanaryOpenedPaths: opened.length });
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
  expect(await runCanary()).toMatchObject({ opened: [], broken: [], unknown: [] });
});
