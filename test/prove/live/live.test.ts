/** A thousand tenants' keys, and three of them loosened by hand: exactly these are told, within KMS's quotas. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isLiveProved, type LiveReport, proveLive } from '../../../prove/live/live.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import { type Deployed, openDeployed, shortUse } from './harness.ts';

const tenants = 1000;
const loosened = ['t100', 't500', 't900'] as const;
const [allowed, undenied, swapped] = loosened;

let deployed: Deployed;
let solver: Solver;
let report: LiveReport;
const arns = new Map<string, string>();

beforeAll(async () => {
  deployed = await openDeployed();
  solver = await z3();
  for (let at = 0; at < tenants; at += 1) {
    arns.set(`t${at}`, await deployed.makeKey(`t${at}`));
  }
  await loosen(allowed, (policy) => ({
    ...policy,
    Statement: [
      ...policy.Statement,
      {
        Effect: 'Allow',
        Principal: policy.Statement[0]?.Principal,
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  }));
  await loosen(undenied, (policy) => ({
    ...policy,
    Statement: policy.Statement.filter(({ Sid }) => Sid !== 'NobodyElseUses'),
  }));
  await loosen(swapped, () => deployed.policyOf('t501'));
  deployed.enforceQuotas();
  report = await proveLive({
    clients: deployed.clients(),
    stackName: 'TenantKeys',
    solver,
    theorems: [shortUse],
  });
}, 400_000);
afterAll(async () => {
  await Promise.all([deployed.close(), solver.close()]);
});

type Policy = ReturnType<Deployed['policyOf']>;

async function loosen(tenantId: string, change: (policy: Policy) => object): Promise<void> {
  await deployed.kms.putKeyPolicy({
    KeyId: arns.get(tenantId),
    Policy: JSON.stringify(change(deployed.policyOf(tenantId))),
  });
}

test('the three are told, each with the theorem that it breaks', () => {
  const { keys, stack, findings } = report;
  expect(stack.theorems.map(({ verdict }) => verdict)).toEqual(['proved']);
  expect(findings).toEqual([]);
  expect(keys).toMatchObject({ read: tenants, ofAll: tenants - 3, proved: tenants - 3 });
  const told = keys.open.map(({ tenantId, verdict, findings: [first] }) => ({
    tenantId,
    verdict,
    theorem: first?.theorem,
  }));
  expect(told.sort((a, b) => ((a.tenantId ?? '') < (b.tenantId ?? '') ? -1 : 1))).toEqual(
    loosened.map((tenantId) => ({ tenantId, verdict: 'refuted', theorem: '1' })),
  );
  expect(isLiveProved(report)).toBe(false);
});

test('of the key with the ids of another tenant it is told whose they are', () => {
  const found = report.keys.open.find(({ tenantId }) => tenantId === swapped);
  expect(found?.findings.at(-1)?.sentence).toBe(
    `its tag says that it is ${swapped}'s, its policy speaks of t501`,
  );
});

test('each call was a read, none was throttled, and no second has more of them than a quota', () => {
  const quotas = { GetKeyPolicy: 1000, ListGrants: 100, ListResourceTags: 2000, ListKeys: 500 };
  expect(deployed.calls.filter(({ errorCode }) => /Thrott/.test(errorCode ?? ''))).toEqual([]);
  const operations = new Set(deployed.calls.map(({ operation }) => operation));
  expect([...operations].filter((name) => !/^(Get|List)/.test(name))).toEqual([]);
  for (const [operation, quota] of Object.entries(quotas)) {
    const times = deployed.calls
      .filter((call) => call.operation === operation)
      .map(({ time }) => time.getTime());
    const most = Math.max(
      ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length),
    );
    // At half of it by the plan; on a machine with other work they are bunched when they are answered.
    expect(most).toBeLessThanOrEqual(quota);
  }
});
