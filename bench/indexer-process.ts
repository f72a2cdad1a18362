/** The indexer's bundle, and the AWS client alone, each given the same events round by round. */
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BatchExecuteStatementCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AuditRow } from '../lambdas/audit/audit-row.ts';
import { auditRow } from '../lambdas/audit/audit-row.ts';
import { maxBatchRows } from '../lambdas/indexer/batch-writer.ts';
import { keyEventOf, trailEvent } from '../lambdas/indexer/trail-event.ts';
import type { IndexerRound, IndexerVariables } from './indexer.ts';

const variables = process.env as unknown as IndexerVariables & Record<string, string>;
const keyArns = variables.KEY_ARNS.split(' ');
const { handler }: { handler: (event: unknown) => Promise<{ TableCalls: number }> } = await import(
  pathToFileURL(variables.INDEXER_BUNDLE).href
);
const client = new DynamoDBClient({});
/** As CloudWatch Logs cuts a busy log group up: less than 1 MB of lines. */
const eventsAtOnce = 500;

let rows = 0;
let tableCalls = 0;
const rounds: IndexerRound[] = [];
// The first only warms up.
for (let round = 0; round <= Number(variables.ROUNDS); round += 1) {
  const events = eventsOf(round);
  const deliveries = chunked(events, eventsAtOnce).map(deliveryOf);
  // Under ids of their own: none is there already.
  const others = events.map((event, at) =>
    rowOf({ ...event, eventID: `alone-${round}-${at}` }, at),
  );
  const written = chunked(others, maxBatchRows);
  const indexer = await cpuOf(async () => {
    for (const delivery of deliveries) tableCalls += (await handler(delivery)).TableCalls;
  });
  const alone = await cpuOf(async () => {
    for (let at = 0; at < written.length; at += 4) {
      await Promise.all(written.slice(at, at + 4).map(writeAlone));
    }
  });
  rows += events.length;
  if (round > 0) rounds.push({ indexer, client: alone });
}
process.send?.({ rounds, rows, tableCalls });
process.disconnect();

function eventsOf(round: number): object[] {
  return Array.from({ length: Number(variables.EVENTS) }, (_, at) => {
    const keyArn = keyArns[at % keyArns.length];
    const tenantId = `indexed-${at % keyArns.length}`;
    return {
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: `AROAIGDTESTANDEXAMPLE:${tenantId}`,
        arn: `arn:aws:sts::111122223333:assumed-role/TenantRole/${tenantId}`,
        accountId: '111122223333',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::111122223333:role/TenantRole' },
          attributes: { creationDate: '2026-11-24T16:00:00Z', mfaAuthenticated: 'false' },
        },
      },
      eventTime: '2026-11-24T17:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: at % 2 === 0 ? 'Decrypt' : 'GenerateDataKey',
      awsRegion: variables.AWS_REGION,
      sourceIPAddress: '192.0.2.7',
      userAgent:
        'aws-sdk-js/3.1164.0 os/linux lang/js md/nodejs#24.21.0 exec-env/AWS_Lambda_nodejs24.x',
      requestParameters: {
        keyId: keyArn,
        encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        encryptionContext: { TenantId: tenantId, document: `invoice-${at}` },
      },
      responseElements: null,
      additionalEventData: { keyMaterialId: 'f9104eaea9c436da4e2a8d7a18a384fbd680a9a16d3429c2' },
      requestID: `request-${round}-${at}`,
      eventID: `event-${round}-${at}`,
      readOnly: true,
      resources: [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN: keyArn }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '111122223333',
      eventCategory: 'Management',
    };
  });
}

function deliveryOf(events: readonly object[]): object {
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: variables.ACCOUNT_ID,
    logGroup: variables.TRAIL_LOG_GROUP,
    logStream: 'bench',
    subscriptionFilters: ['bench'],
    logEvents: events.map((event, at) => ({
      id: String(at).padStart(56, '0'),
      timestamp: 1_795_539_807_853,
      message: JSON.stringify(event),
    })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(message)).toString('base64') } };
}

function rowOf(event: object, at: number): AuditRow {
  const arn = keyArns[at % keyArns.length] as string;
  return auditRow(`indexed-${at % keyArns.length}`, keyEventOf(trailEvent.parse(event), arn), 365);
}

function writeAlone(some: readonly AuditRow[]): Promise<unknown> {
  const Statements = some.map((row) => {
    const item = marshall(row);
    const members = Object.keys(item).map((name) => `'${name}':?`);
    const Statement = `INSERT INTO "${variables.AUDIT_TABLE_NAME}" VALUE {${members.join(',')}}`;
    return { Statement, Parameters: Object.values(item) };
  });
  return client.send(new BatchExecuteStatementCommand({ Statements }));
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function chunked<T>(list: readonly T[], length: number): T[][] {
  const count = Math.ceil(list.length / length);
  return Array.from({ length: count }, (_, at) => list.slice(at * length, (at + 1) * length));
}
