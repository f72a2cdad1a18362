/** KMS and DynamoDB of this machine, with the tables of the stack, for functions that run inside of a test. */
import { credentialStore } from '../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../local/aws/call.ts';
import { serveAws } from '../../local/aws/endpoint.ts';
import { systemClock } from '../../local/clock.ts';
import type { TableDefinition } from '../../local/dynamodb/create-table.ts';
import { dynamodb } from '../../local/dynamodb/service.ts';
import type { KmsAccount } from '../../local/kms/account.ts';
import { kms } from '../../local/kms/service.ts';
import { openKeyStore } from '../../local/kms/store.ts';
import { account, administrator } from './account.ts';

export const tableName = 'tenants';
export const auditTableName = 'audit';
export const macKeyTableName = 'mac-keys';

const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE' = 'HASH') => ({
  AttributeName,
  KeyType,
});
const strings = (...names: string[]) =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));

const tables: readonly TableDefinition[] = [
  {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: strings('tenantId', 'keyArn'),
    KeySchema: [key('tenantId')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'keyArn',
        KeySchema: [key('keyArn')],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  },
  {
    TableName: auditTableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: strings('tenantId', 'eventKey', 'eventShard', 'eventOrder'),
    KeySchema: [key('tenantId'), key('eventKey', 'RANGE')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'allEvents',
        KeySchema: [key('eventShard'), key('eventOrder', 'RANGE')],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
  {
    TableName: macKeyTableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: strings('tenantId', 'purpose'),
    KeySchema: [key('tenantId'), key('purpose', 'RANGE')],
  },
];

export type LocalKmsOptions = Pick<KmsAccount, 'onDemandRotationMs'>;

/** @returns what an administrator's clients are made with, and what closes it */
export async function openLocalAws(
  onCall: (call: FinishedCall) => void = () => {},
  options: LocalKmsOptions = {},
) {
  const clock = systemClock;
  const database = await dynamodb(account);
  for (const table of tables) await database.createTable(table);
  const credentials = credentialStore(clock);
  const endpoint = await serveAws({
    services: [kms({ ...account, clock, store: openKeyStore(), ...options }), database.service],
    credentials,
    clock,
    port: 0,
    onCall,
    ...account,
  });
  return {
    configuration: {
      endpoint: endpoint.url,
      region: account.region,
      credentials: credentials.issue(administrator),
    },
    async close() {
      await endpoint.close();
      await database.close();
    },
  };
}
