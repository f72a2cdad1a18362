/** Whatever an event holds, and whatever DynamoDB gives back: what can be a row becomes one. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type BatchWriteCommandInput, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import type { KeyEvent } from '../../../contract/audit.ts';
import { eventOf } from '../../../lambdas/audit/audit-row.ts';
import { RowsNotWritten } from '../../../lambdas/indexer/batch-writer.ts';
import { indexBatch } from '../../../lambdas/indexer/index-events.ts';
import { readLogBatch } from '../../../lambdas/indexer/log-batch.ts';
import { delivery } from './delivery.ts';
import { environment, event, harness, index, owners, rows, useHarness } from './harness.ts';

useHarness();

describe('an odd event', () => {
  /** Names that mean something to JavaScript, and to DynamoDB's converter. */
  test.each(['constructor', 'toString', 'S', 'L', '$', 'a.b', 'x'.repeat(300), '\u{1f511}'])(
    'with a name of its context such as %s is a row, and reads as it was',
    async (name) => {
      const encryptionContext = { TenantId: 'acme', [name]: 'x' };
      const odd = event(['acme'], { requestParameters: { encryptionContext } });
      const summary = await index('trail', [odd, event(['acme'])]);
      expect(summary).toMatchObject({ IndexedRows: 2, UnreadableLines: 0 });
      const { Items = [] } = await harness.client.scan({ TableName: 'audit' });
      expect(Items.map((item) => (eventOf(item) as KeyEvent).encryptionContext)).toContainEqual(
        encryptionContext,
      );
    },
  );

  test('that can never be a row keeps no other from the table, and is logged', async () => {
    const tooLong = event(['acme'], { eventID: 'x'.repeat(1100) });
    const lines = [...Array.from({ length: 30 }, () => event(['acme'])), tooLong];
    expect(await index('trail', lines)).toMatchObject({ IndexedRows: 30, UnreadableLines: 1 });
    expect(await rows()).toHaveLength(30);
    expect(harness.logged).toContainEqual(
      expect.objectContaining({ message: 'event not written' }),
    );
  });
});

describe('writing', () => {
  test('takes as many rows at once as DynamoDB does', async () => {
    const lines = Array.from({ length: 60 }, () => event(['acme']));
    expect(await index('trail', lines)).toMatchObject({ IndexedRows: 60, TableCalls: 3 });
    expect(await rows()).toHaveLength(60);
  });

  /** DynamoDB gives back what it had no capacity for, which no local table has. */
  function givingBack(times: number) {
    const client = new DynamoDBClient(harness.configuration);
    let left = times;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const { RequestItems = {} } = args.input as BatchWriteCommandInput;
          const requests = RequestItems.audit ?? [];
          if (commandName !== 'BatchWriteItemCommand' || left === 0) return next(args);
          left -= 1;
          const [first, ...rest] = requests;
          await harness.client.batchWrite({ RequestItems: { audit: [first as never] } });
          const output = { UnprocessedItems: { audit: rest }, $metadata: {} };
          return { response: {}, output } as never;
        },
      { step: 'initialize' },
    );
    return DynamoDBDocumentClient.from(client);
  }

  test('is tried again for what DynamoDB gave back', async () => {
    const lines = delivery(
      'trail',
      [1, 2, 3, 4].map(() => JSON.stringify(event(['acme']))),
    );
    const summary = await indexBatch(readLogBatch(lines), {
      client: givingBack(2),
      owners: owners(),
      environment,
    });
    expect(summary.TableCalls).toBe(3);
    expect(await rows()).toHaveLength(4);
  });

  test('that never ends fails, so that the lines are delivered again', async () => {
    const lines = delivery(
      'trail',
      Array.from({ length: 12 }, () => JSON.stringify(event(['acme']))),
    );
    const failing = indexBatch(readLogBatch(lines), {
      client: givingBack(20),
      owners: owners(),
      environment,
    });
    await expect(failing).rejects.toThrow(RowsNotWritten);
    // The lines for alarms are there all the same.
    expect(harness.logged.map(({ message }) => message)).toEqual(Array(12).fill('key event'));
  });
});
