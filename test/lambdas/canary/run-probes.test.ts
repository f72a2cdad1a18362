import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { keyPaths } from '../../../lambdas/canary/key-probes.ts';
import { paths } from '../../../lambdas/canary/probes.ts';
import { run } from '../../../lambdas/canary/run-probes.ts';
import type { Deployment } from '../../../local/deployment.ts';
import { localAccount } from '../../../local/stack.ts';
import { synthesizedTemplate } from '../../isolation/template.ts';
import { type CanaryWorld, openCanary } from './harness.ts';
import { opened } from './opened.ts';

const template = await synthesizedTemplate();

describe('as deployed', () => {
  let world: CanaryWorld;
  beforeAll(async () => {
    world = await openCanary(template);
  });
  afterEach(() => world.deployment.faults.clear());
  afterAll(() => world.close());

  test('every path is as it must be, and so it is the next time', async () => {
    for (let time = 0; time < 2; time += 1) {
      expect(await world.runNow()).toEqual({
        opened: [],
        broken: [],
        unknown: [],
        denied: paths.filter(({ expected }) => expected === 'refused').length,
        allowed: paths.filter(({ expected }) => expected === 'allowed').length,
      });
    }
  });

  test('what AWS throttles is unknown, neither open nor broken', async () => {
    const encrypt = { service: 'kms', operation: 'Encrypt', fault: 'throttle' } as const;
    world.deployment.faults.set([encrypt]);
    const report = await world.runNow(keyPaths);
    expect(report).toMatchObject({ opened: [], broken: [] });
    // Without a ciphertext there is nothing to decrypt: a refusal that was not asked for is none.
    const affected = keyPaths.filter(({ name }) => / (en|de|re-en)crypts /.test(name));
    expect(report.unknown.toSorted()).toEqual(affected.map(({ name }) => name).toSorted());
  });

  test('without sessions, what needs one is unknown', async () => {
    world.deployment.faults.set([{ service: 'sts', operation: '*', fault: 'error' }]);
    const report = await world.runNow(keyPaths);
    expect(report).toMatchObject({ opened: [], broken: [] });
    const withSession = keyPaths.filter(({ name }) => !name.startsWith("the canary's own role"));
    expect(report.unknown).toEqual(expect.arrayContaining(withSession.map(({ name }) => name)));
  });
});

test('a session that is refused is broken, and whatever needs it is unknown, not closed', async () => {
  const changed = structuredClone(template);
  const [, role] =
    Object.entries(changed.Resources).find(([id]) => id.startsWith('TenantRole')) ?? [];
  role.Properties.AssumeRolePolicyDocument.Statement[0].Effect = 'Deny';
  const world = await openCanary(changed);
  try {
    const report = await world.runNow();
    expect(report.opened).toEqual([]);
    expect(report.broken).toEqual([
      "the canary becomes canary_a's session",
      "the canary becomes canary_b's session",
    ]);
    const ofTenants = paths.filter(({ name }) => /^canary_[ab]'s session/.test(name));
    expect(report.unknown).toEqual(expect.arrayContaining(ofTenants.map(({ name }) => name)));
  } finally {
    await world.close();
  }
});

test('once the time is over no path is begun', async () => {
  const attempts: string[] = [];
  const path = (name: string) => ({
    name,
    expected: 'refused' as const,
    attempt: async () => attempts.push(name),
  });
  const report = await run({
    cast: undefined as never,
    paths: [path('x'), path('y')],
    lastStart: Date.now() - 1,
  });
  expect(report.unknown).toEqual(['x', 'y']);
  expect(attempts).toEqual([]);
});

test('no two paths have the same name', () => {
  expect(new Set(paths.map(({ name }) => name)).size).toBe(paths.length);
});

describe('where everything is open', () => {
  let world: CanaryWorld;
  beforeAll(async () => {
    world = await openCanary(opened(template));
  });
  afterAll(() => world.close());

  test('every path that must be closed is reported, and none of them changes anything', async () => {
    const before = await stateOf(world.deployment);
    const report = await world.runNow();
    expect(report.opened).toEqual(
      paths.filter(({ expected }) => expected === 'refused').map(({ name }) => name),
    );
    expect(report).toMatchObject({ broken: [], unknown: [], denied: 0 });
    expect(await stateOf(world.deployment)).toEqual(before);
  });
});

/** Every row, and of every key what can be asked about it. */
async function stateOf(deployment: Deployment) {
  const { region } = localAccount;
  const configuration = { endpoint: deployment.url, region, credentials: deployment.operator };
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
