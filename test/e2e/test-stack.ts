/** A stack of a test's own, on free ports, with an administrator's clients and everything it logged. */

import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { Lambda } from '@aws-sdk/client-lambda';
import { defaultName } from '../../contract/stack-names.ts';
import type { FinishedCall } from '../../local/aws/call.ts';
import { type LocalStack, type StackOptions, startStack } from '../../local/stack.ts';
import { requestAssembly } from '../synthesizer/client.ts';
import { type Client, openClient } from './client.ts';

export interface TestStack extends LocalStack {
  readonly client: Client;
  readonly administrator: {
    readonly kms: KMS;
    readonly dynamodb: DynamoDB;
    readonly lambda: Lambda;
  };
  /** every call to AWS that anybody made but the indexer, which follows all others in its own time */
  readonly calls: readonly FinishedCall[];
  /** every line that any function logged */
  readonly logs: readonly string[];
  /** every line of the API's access log */
  readonly accessLog: readonly string[];
  /** waits until the functions' log lines have come in */
  settled(): Promise<void>;
  /** Time passes for the functions, as in what they remember. AWS refuses who is more than five minutes ahead. */
  pass(seconds: number): void;
  /** Does something that takes the functions seconds of waiting, while their time passes so many times as fast. */
  inHaste<T>(action: () => Promise<T>, speed?: number): Promise<T>;
  /** of the registry */
  readonly tableName: string;
  readonly auditTableName: string;
  readonly macKeyTableName: string;
  keyCount(): Promise<number>;
  rowCount(): Promise<number>;
  /** changes a tenant's status behind the API's back */
  setStatus(tenantId: string, status: string): Promise<void>;
}

export const isIndexers = ({ caller }: FinishedCall): boolean =>
  caller?.principalArn.includes('AuditIndexer') === true;

/** @param context of the stack's configuration */
export async function startTestStack(
  context: Readonly<Record<string, unknown>> = {},
  options: Pick<
    StackOptions,
    'beside' | 'onDemandRotationMs' | 'proofFile' | 'dataDir' | 'newStack'
  > = {},
): Promise<TestStack> {
  const logs: string[] = [];
  const accessLog: string[] = [];
  const calls: FinishedCall[] = [];
  const stack = await startStack({
    apiPort: 0,
    awsPort: 0,
    issuerPort: 0,
    context,
    synthesize: requestAssembly,
    movableTime: true,
    ...options,
    onCall: (call) => {
      if (!isIndexers(call)) calls.push(call);
    },
    onLog: (_, line) => logs.push(line),
    onAccess: (line) => accessLog.push(line),
  });
  const configuration = {
    endpoint: stack.aws,
    region: stack.region,
    credentials: stack.operator,
    maxAttempts: 1,
  };
  const kms = new KMS(configuration);
  const dynamodb = new DynamoDB(configuration);
  const { TableNames } = await dynamodb.listTables({});
  const { name: stackName = defaultName } = context;
  const tableOf = (title: string) =>
    TableNames?.find((name) => name.startsWith(`${stackName}-${title}`)) as string;
  const TableName = tableOf('TenantTable');
  return {
    ...stack,
    client: openClient(stack),
    administrator: { kms, dynamodb, lambda: new Lambda(configuration) },
    tableName: TableName,
    auditTableName: tableOf('AuditTable'),
    macKeyTableName: tableOf('MacKeyTable'),
    logs,
    accessLog,
    calls,
    async settled() {
      for (let count = -1; count !== logs.length; ) {
        count = logs.length;
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    },
    pass: (seconds) => stack.changeTime({ advanceMs: seconds * 1000 }),
    async inHaste(action, speed = 20) {
      stack.changeTime({ speed });
      try {
        return await action();
      } finally {
        stack.changeTime({ speed: 1 });
      }
    },
    async keyCount() {
      const { Keys } = await kms.listKeys({ Limit: 1000 });
      return Keys?.length ?? 0;
    },
    async rowCount() {
      const { Count } = await dynamodb.scan({ TableName, Select: 'COUNT' });
      return Count ?? 0;
    },
    async setStatus(tenantId, status) {
      await dynamodb.updateItem({
        TableName,
        Key: { tenantId: { S: tenantId } },
        UpdateExpression: 'SET #status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': { S: status } },
      });
    },
  };
}
