/** Who has the policy of docs/security.md can run it, and can do nothing but read. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isLiveProved, proveLive } from '../../../prove/live/live.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import { theorems } from '../../../prove/theorems/theorems.ts';
import { type Deployed, openDeployed } from './harness.ts';

const [, text = ''] =
  /npm run prove -- --live[\s\S]*?```json\n([\s\S]*?)```/.exec(
    readFileSync('docs/security.md', 'utf8'),
  ) ?? [];
const policy: { Statement: { Action: string | string[] }[] } = JSON.parse(text);
const actions = policy.Statement.flatMap(({ Action }) => Action);

let deployed: Deployed;
let solver: Solver;
beforeAll(async () => {
  [deployed, solver] = await Promise.all([openDeployed(), z3()]);
});
afterAll(async () => {
  await Promise.all([deployed.close(), solver.close()]);
});

test('nothing but reads is in it', () => {
  expect(actions.filter((action) => !/^[a-z]+:(Get|List)[A-Za-z]+$/.test(action))).toEqual([]);
});

test('it is enough, and each action but those on managed policies is needed', async () => {
  for (const tenantId of ['acme', 'globex']) await deployed.makeKey(tenantId);
  deployed.enforceQuotas();
  const report = await proveLive({
    clients: deployed.clients(deployed.sessionWith(policy)),
    stackName: 'TenantKeys',
    solver,
    theorems: theorems.filter(({ id }) => id === '7.1' || id === '7.5'),
  });
  expect(report.keys).toMatchObject({ read: 2, ofAll: 2, proved: 2, open: [] });
  expect(isLiveProved(report)).toBe(true);
  expect(
    deployed.calls.filter(
      ({ outcome, errorCode }) => outcome === 'error' && errorCode !== 'PolicyNotFoundException',
    ),
  ).toEqual([]);
  const called = new Set(deployed.calls.map(({ service, operation }) => `${service}:${operation}`));
  // No action: GetCallerIdentity needs none.
  called.delete('sts:GetCallerIdentity');
  const managed = ['iam:GetPolicy', 'iam:GetPolicyVersion'];
  expect([...called].sort()).toEqual(actions.filter((one) => !managed.includes(one)).sort());
}, 60_000);
