/** The handler with its own role, under the stack's own policies. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { baselineKey } from '../../contract/table-schema.ts';
import { systemClock } from '../../local/clock.ts';
import { type Deployment, deploy } from '../../local/deployment.ts';
import { localAccount } from '../../local/stack.ts';
import type { Role } from '../../local/sts/role.ts';
import { readTemplate } from '../../local/template/template.ts';
import { embeddedMetrics } from '../harness/embedded-metric-format.ts';
import { resource, synthesizedTemplate } from '../harness/synthesized.ts';
import { rowOf } from '../harness/tenant-row.ts';

const document = await synthesizedTemplate();
const template = readTemplate({ ...document }, localAccount);
const identityOf = (type: string, prefix: string) =>
  template.identity(resource(document, type, prefix)[0]);
const TableName = identityOf('AWS::DynamoDB::Table', 'TenantTable').ref;
const AuditTableName = identityOf('AWS::DynamoDB::Table', 'AuditTable').ref;

let deployment: Deployment;
let operator: DynamoDBDocument;
beforeAll(async () => {
  deployment = await deploy({ template, clock: systemClock, port: 0 });
  const { url: endpoint } = deployment;
  const { region } = localAccount;
  operator = DynamoDBDocument.from(
    new DynamoDBClient({ endpoint, region, credentials: deployment.operator }),
  );
  const { Arn } = identityOf('AWS::IAM::Role', 'VolumesRole').attributes;
  const role = deployment.roles.get(Arn as string) as Role;
  const { accessKeyId, secretAccessKey, sessionToken } = deployment.issue(role, 'volumes');
  Object.assign(process.env, {
    TABLE_NAME: TableName,
    AUDIT_TABLE_NAME: AuditTableName,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  });
});
afterAll(() => deployment.close());

async function handled(ms = 900_000) {
  const { handler } = await import('../../lambdas/decrypt-anomalies.ts');
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  const context = { getRemainingTimeInMillis: () => ms } as Parameters<typeof handler>[1];
  try {
    await handler({}, context);
  } finally {
    write.mockRestore();
  }
  return lines.map((line) => JSON.parse(line));
}

test('a run needs no more than its role has; its last line is a metric, with 0 where nothing was unusual', async () => {
  await operator.put({ TableName, Item: rowOf({ tenantId: 'acme' }) });
  const [line, ...others] = await handled();
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    level: 'INFO',
    message: 'volumes judged',
    tenants: 1,
    unusual: 0,
    failed: 0,
    unfinished: 0,
    UnusualDecryptVolume: 0,
    UnjudgedVolumes: 0,
  });
  const { _aws: metrics } = embeddedMetrics.parse(line);
  expect(metrics.CloudWatchMetrics).toMatchObject([{ Namespace: 'TenantKeys', Dimensions: [[]] }]);
  const Key = baselineKey('acme');
  const { Item: baseline } = await operator.get({ TableName: AuditTableName, Key });
  expect(baseline).toMatchObject({ hours: 1, mean: 0 });
});

test('what is unusual and what is not judged is in the metrics, too', async () => {
  const tenants = ['globex', 'initech'];
  for (const tenantId of tenants) {
    await operator.put({ TableName, Item: rowOf({ tenantId }) });
  }
  await handled();
  const settle = async (tenantId: string, change: object) => {
    const Key = baselineKey(tenantId);
    const { Item = {} } = await operator.get({ TableName: AuditTableName, Key });
    const { judgedUpTo, ...rest } = Item;
    const before = new Date(Date.parse(judgedUpTo) - 3_600_000).toISOString();
    const changed = { ...rest, hours: 100, judgedUpTo: before, ...change };
    await operator.put({ TableName: AuditTableName, Item: changed });
    const event = { kind: 'request', operation: 'decryptBatch', outcome: 'succeeded', items: 500 };
    const eventKey = `${judgedUpTo}/request/1`;
    await operator.put({ TableName: AuditTableName, Item: { tenantId, eventKey, ...event } });
  };
  await settle('globex', {});
  await settle('initech', { mean: -1 });
  const lines = await handled();
  expect(lines.map(({ message }) => message).sort()).toEqual([
    'unusual volume',
    'volume not judged',
    'volumes judged',
  ]);
  expect(lines.at(-1)).toMatchObject({ UnusualDecryptVolume: 1, UnjudgedVolumes: 1 });
});

test('a run that had no time counts all tenants as unfinished', async () => {
  const [line] = await handled(50_000);
  expect(line).toMatchObject({ tenants: 3, unfinished: 3, UnjudgedVolumes: 3 });
});
