import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { keyProbes } from '../../../lambdas/canary/key-probes.ts';
import type { Expected } from '../../../lambdas/canary/outcome.ts';
import { probes } from '../../../lambdas/canary/probes.ts';
import { runProbes } from '../../../lambdas/canary/run-probes.ts';
import { tableProbes } from '../../../lambdas/canary/table-probes.ts';
import type { Deployment } from '../../../local/deployment.ts';
import { localAccount } from '../../../local/stack.ts';
import { synthesizedTemplate } from '../../isolation/template.ts';
import { type CanaryHarness, openCanary } from './harness.ts';
import { opened } from './opened.ts';

const template = await synthesizedTemplate();
const namesOf = (must: Expected) =>
  probes.filter(({ expected }) => expected === must).map(({ name }) => name);

describe('as deployed', () => {
  let harness: CanaryHarness;
  beforeAll(async () => {
    harness = await openCanary(template);
  });
  afterEach(() => harness.deployment.faults.clear());
  afterAll(() => harness.close());

  test('every probe meets what it must, and so it does the next time', async () => {
    for (let time = 0; time < 2; time += 1) {
      expect(await harness.run()).toEqual({
        opened: [],
        broken: [],
        unknown: [],
        denied: namesOf('refused'),
        allowed: namesOf('allowed'),
      });
    }
  });

  test('what AWS throttles is unknown, neither open nor broken', async () => {
    const encrypt = { service: 'kms', operation: 'Encrypt', fault: 'throttle' } as const;
    harness.deployment.faults.set([encrypt]);
    const report = await harness.run(keyProbes);
    expect(report).toMatchObject({ opened: [], broken: [] });
    // Without a ciphertext there is nothing to decrypt: a refusal that was not asked for is none.
    const affected = keyProbes.filter(({ name }) => / (en|de|re-en)crypts /.test(name));
    expect(report.unknown.toSorted()).toEqual(affected.map(({ name }) => name).toSorted());
  });

  test('without sessions, what needs one is unknown', async () => {
    harness.deployment.faults.set([{ service: 'sts', operation: '*', fault: 'error' }]);
    const report = await harness.run(keyProbes);
    expect(report).toMatchObject({ opened: [], broken: [] });
    const withSession = keyProbes.filter(({ name }) => !name.startsWith("the canary's own role"));
    expect(report.unknown).toEqual(expect.arrayContaining(withSession.map(({ name }) => name)));
  });
});

test('a session that is refused is broken, and whatever needs it is unknown, not denied', async () => {
  const changed = structuredClone(template);
  const [, role] =
    Object.entries(changed.Resources).find(([id]) => id.startsWith('TenantRole')) ?? [];
  role.Properties.AssumeRolePolicyDocument.Statement[0].Effect = 'Deny';
  const harness = await openCanary(changed);
  try {
    const report = await harness.run();
    expect(report.opened).toEqual([]);
    expect(report.broken).toEqual([
      "the canary becomes canary_a's session",
      "the canary becomes canary_b's session",
    ]);
    const ofTenants = probes.filter(({ name }) => /^canary_[ab]'s session/.test(name));
    expect(report.unknown).toEqual(expect.arrayContaining(ofTenants.map(({ name }) => name)));
  } finally {
    await harness.close();
  }
});

test('once the time is over no probe starts', async () => {
  const attempts: string[] = [];
  const probe = (name: string) => ({
    name,
    expected: 'refused' as const,
    attempt: async () => attempts.push(name),
  });
  const report = await runProbes({
    principals: undefined as never,
    probes: [probe('x'), probe('y')],
    lastStart: Date.now() - 1,
  });
  expect(report.unknown).toEqual(['x', 'y']);
  expect(attempts).toEqual([]);
});

test('no two probes have the same name', () => {
  expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
});

describe('where everything is open', () => {
  let harness: CanaryHarness;
  beforeAll(async () => {
    harness = await openCanary(opened(template));
  });
  afterAll(() => harness.close());

  test('every probe that must be refused is reported, and none of them changes anything', async () => {
    const before = await stateOf(harness.deployment);
    const report = await harness.run();
    expect(report).toMatchObject({
      opened: namesOf('refused'),
      broken: [],
      unknown: [],
      denied: [],
    });
    expect(await stateOf(harness.deployment)).toEqual(before);
  });

  test('a scan that gets through is open, also where JavaScript has no number for what a row holds', async () => {
    const { deployment } = harness;
    const dynamodb = new DynamoDB(operatorOf(deployment));
    const { TableNames = [] } = await dynamodb.listTables({});
    const keys = { tenantId: { S: 'x' }, eventKey: { S: 'x' }, purpose: { S: 'x' } };
    const Item = { ...keys, large: { N: '9007199254740993.5' } };
    for (const TableName of TableNames) await dynamodb.putItem({ TableName, Item });
    const scans = tableProbes.filter(({ name }) => name.includes(' scans '));
    expect((await harness.run(scans)).opened).toEqual(scans.map(({ name }) => name));
  });
});

const operatorOf = ({ url, operator }: Deployment) => ({
  endpoint: url,
  region: localAccount.region,
  credentials: operator,
});

/** Every row, and of every key what can be asked about it. */
async function stateOf(deployment: Deployment) {
  const configuration = operatorOf(deployment);
  const kms = new KMS(configuration);
  const dynamodb = new DynamoDB(configuration);
  const { TableNames = [] } = await dynamodb.listTables({});
  const rows = TableNames.map(async (TableName) => (await dynamodb.scan({ TableName })).Items);
  const { Keys = [] } = await kms.listKeys({ Limit: 1000 });
  const keys = Keys.map(async ({ KeyId }) => ({
    ...(await kms.describeKey({ KeyId })).KeyMetadata,
    policy: (await kms.getKeyPolicy({ KeyId })).Policy,
    tags: (await kms.listResourceTags({ KeyId })).Tags,
  }));
  const state = { rows: await Promise.all(rows), keys: await Promise.all(keys) };
  kms.destroy();
  dynamodb.destroy();
  return state;
}
