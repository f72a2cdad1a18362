/** A registry and an audit table on this machine's DynamoDB, tenants with requests in them, and runs. */

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { baselineKey } from '../../../contract/table-schema.ts';
import { auditRow } from '../../../lambdas/audit/audit-row.ts';
import {
  type DetectOptions,
  detectDecryptAnomalies,
} from '../../../lambdas/decrypt-anomalies/detect.ts';
import { hourMs, newestDue } from '../../../lambdas/decrypt-anomalies/hour.ts';
import { auditTableName, openLocalAws, tableName } from '../../harness/local-aws.ts';
import { rowOf } from '../../harness/tenant-row.ts';

export type Harness = Awaited<ReturnType<typeof openHarness>>;

/** Epoch milliseconds, each the beginning of an hour; `hours(0)` is the last that is due now. */
const newest = newestDue(Date.now());
export const hours = (ago: number): number => newest - ago * hourMs;
/** A time at which the hour is the last that is due. */
export const dueAt = (hour: number): number => hour + hourMs + 1_800_000;

export const text = (hour: number): string => new Date(hour).toISOString();
/** One request of several decrypts. */
export const batch = (items: number, more: object = {}) => ({
  operation: 'decryptBatch',
  items,
  ...more,
});
export const batches = (count: number, items: number) => Array(count).fill(batch(items));

export type Before = (command: string, input: Readonly<Record<string, unknown>>) => unknown;

export interface RunOptions extends Partial<DetectOptions> {
  /** called before each of the run's calls; if it throws, the call is not made */
  readonly before?: Before;
  /** called after each attempt; if it throws, the answer is lost */
  readonly afterAttempt?: (command: string) => void;
}

export async function openHarness() {
  const { configuration, close } = await openLocalAws();
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(configuration));
  const put = (TableName: string, Item: Record<string, unknown>) =>
    documents.send(new PutCommand({ TableName, Item }));

  const made: string[] = [];
  const harness = {
    close,
    /** @returns the id of a new tenant */
    async makeTenant(change: Record<string, unknown> = {}): Promise<string> {
      const tenantId = `t-${randomUUID().slice(0, 13)}`;
      await put(tableName, rowOf({ tenantId, ...change }));
      made.push(tenantId);
      return tenantId;
    },
    /** Erases all tenants made so far, so that no later run judges them. */
    async retireAll() {
      for (const tenantId of made.splice(0)) {
        await put(tableName, rowOf({ tenantId, status: 'ERASED' }));
      }
    },
    putRow: (row: Record<string, unknown>) => put(auditTableName, row),
    /** Writes audit rows, by default of one decrypt each, at the time of the hour's middle. */
    async write(tenantId: string, hour: number, events: readonly Record<string, unknown>[]) {
      const rows = events.map((change) => requestRow(tenantId, hour, change));
      for (let at = 0; at < rows.length; at += 25) {
        const requests = rows.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }));
        await documents.send(
          new BatchWriteCommand({ RequestItems: { [auditTableName]: requests } }),
        );
      }
    },
    async baseline(tenantId: string): Promise<Record<string, unknown> | undefined> {
      const get = new GetCommand({ TableName: auditTableName, Key: baselineKey(tenantId) });
      return (await documents.send(get)).Item;
    },
    /** Puts a baseline as some days of steady use leave it. */
    async settle(tenantId: string, change: Record<string, unknown> = {}) {
      await put(auditTableName, {
        ...baselineKey(tenantId),
        mean: 1000,
        deviation: 100,
        hours: 240,
        unusualInARow: 0,
        judgedUpTo: new Date(hours(1)).toISOString(),
        writer: 'somebody',
        expiresAt: Math.floor(Date.now() / 1000) + 86_400,
        ...change,
      });
    },
    async run({ before, afterAttempt, ...options }: RunOptions = {}) {
      const client = DynamoDBDocumentClient.from(new DynamoDBClient(configuration));
      client.middlewareStack.add(
        (next, { commandName = '' }) =>
          async (args) => {
            await before?.(commandName.replace(/Command$/, ''), { ...args.input });
            return next(args);
          },
        { step: 'initialize' },
      );
      client.middlewareStack.add(
        (next, { commandName = '' }) =>
          async (args) => {
            const answer = await next(args);
            afterAttempt?.(commandName.replace(/Command$/, ''));
            return answer;
          },
        { step: 'deserialize', priority: 'high' },
      );
      const end = Date.now() + 900_000;
      const lines: Record<string, unknown>[] = [];
      const summary = await muted(lines, () =>
        detectDecryptAnomalies({ client, tableName, auditTableName, end, ...options }),
      );
      return { summary, lines };
    },
  };
  return harness;
}

function requestRow(tenantId: string, hour: number, change: Record<string, unknown>) {
  const { time = new Date(hour + 1_800_000).toISOString(), ...rest } = change;
  const event = {
    kind: 'request' as const,
    eventId: randomUUID(),
    time: time as string,
    operation: 'decrypt',
    outcome: 'succeeded' as const,
    status: 200,
    principal: 'somebody',
    sourceAddress: '192.0.2.1',
    requestId: randomUUID(),
    kmsCalls: [],
    ...rest,
  };
  return auditRow(tenantId, event, 365);
}

/** Runs may overlap: the first takes over standard output, the last gives it back; each line goes to all of them. */
const write = process.stdout.write.bind(process.stdout);
const listening = new Set<Record<string, unknown>[]>();

async function muted<T>(lines: Record<string, unknown>[], action: () => Promise<T>): Promise<T> {
  listening.add(lines);
  process.stdout.write = (text) => {
    for (const one of listening) one.push(JSON.parse(String(text)));
    return true;
  };
  try {
    return await action();
  } finally {
    listening.delete(lines);
    if (listening.size === 0) process.stdout.write = write;
  }
}
