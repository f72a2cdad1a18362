/** Whose key a key is, as the indexer asks for it. */
import { describe, expect, test } from '@jest/globals';
import { event, harness, index, keyOf, owners, rows, tenantsOf, useHarness } from './harness.ts';

useHarness();

describe('whose key it is', () => {
  test('is asked once, and for a key without a tenant again after a minute', async () => {
    const known = owners();
    const queries = () => harness.calls.filter(({ operation }) => operation === 'Query').length;
    for (let batch = 0; batch < 3; batch += 1) {
      await index('trail', [event(['acme']), event(['acme']), event(['late'])], known);
    }
    expect(queries()).toBe(2);
    await harness.client.put({
      TableName: 'tenants',
      Item: { tenantId: 'latecomer', keyArn: keyOf('late') },
    });
    harness.now += 60_001;
    await index('trail', [event(['acme']), event(['late'])], known);
    expect(queries()).toBe(3);
    expect((await tenantsOf()).filter((tenantId) => tenantId === 'latecomer')).toHaveLength(1);
  });

  test('is no tenant’s where two rows name it', async () => {
    for (const tenantId of ['one', 'two']) {
      const Item = { tenantId, keyArn: keyOf('shared') };
      await harness.client.put({ TableName: 'tenants', Item });
    }
    await index('trail', [event(['shared'])]);
    expect(await rows()).toEqual([]);
  });
});
