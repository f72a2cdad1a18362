/** Whatever an event holds, and whatever DynamoDB gives back: what can be a row becomes one. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type BatchExecuteStatementCommandInput,
  DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import type { KeyEvent } from '../../../contract/audit.ts';
import { eventOf } from '../../../lambdas/audit/audit-row.ts';
import { RowsNotWritten } from '../../../lambdas/indexer/batch-writer.ts';
import { indexBatch } from '../../../lambdas/indexer/index-events.ts';
import { batchOf, delivery } from './delivery.ts';
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

  /** DynamoDB takes one statement of a batch and says this of the others, which no local table does. */
  function takingOne(times: number, Code = 'ThrottlingError') {
    const client = new DynamoDBClient(harness.configuration);
    let left = times;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const { Statements = [] } = args.input as BatchExecuteStatementCommandInput;
          if (commandName !== 'BatchExecuteStatementCommand' || left === 0) return next(args);
          left -= 1;
          const { output } = await next({ ...args, input: { Statements: Statements.slice(0, 1) } });
          const { Responses } = output as { Responses: object[] };
          const others = Statements.slice(1).map(() => ({ Error: { Code } }));
          return { response: {}, output: { Responses: [...Responses, ...others] } } as never;
        },
      { step: 'initialize' },
    );
    return DynamoDBDocumentClient.from(client);
  }

  test('is tried again for what DynamoDB had no capacity for', async () => {
    const lines = delivery(
      'trail',
      [1, 2, 3, 4].map(() => JSON.stringify(event(['acme']))),
    );
    const summary = await indexBatch(batchOf(lines), {
      client: takingOne(2),
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
    const failing = indexBatch(batchOf(lines), {
      client: takingOne(20),
      owners: owners(),
      environment,
    });
    await expect(failing).rejects.toThrow(RowsNotWritten);
    // The lines for alarms are there all the same.
    expect(harness.logged.map(({ message }) => message)).toEqual(Array(12).fill('key event'));
  });

  test.each(['AccessDenied', 'ResourceNotFound', 'SomethingNew'])(
    'fails at once where DynamoDB says %s of a row',
    async (code) => {
      const lines = delivery(
        'trail',
        [1, 2].map(() => JSON.stringify(event(['acme']))),
      );
      const client = takingOne(1, code);
      const failing = indexBatch(batchOf(lines), { client, owners: owners(), environment });
      await expect(failing).rejects.toThrow(code);
    },
  );

  test('never replaces a row that is there', async () => {
    const line = event(['acme'], { sourceIPAddress: '192.0.2.1' });
    await index('trail', [line]);
    const [before] = await rows();
    const forged = { ...line, sourceIPAddress: '198.51.100.7' };
    expect(await index('trail', [forged])).toMatchObject({ IndexedRows: 1, UnreadableLines: 0 });
    expect(await rows()).toEqual([before]);
  });
});
