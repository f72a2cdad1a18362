import { expect, test } from '@jest/globals';
import { routes } from '../../contract/routes.ts';

test('the operations that give plaintext, which decrypt anomalies are judged by, are these', () => {
  const giving = routes.filter(({ gives }) => gives === 'plaintext');
  expect(giving.map(({ operation }) => operation).sort()).toEqual([
    'decrypt',
    'decryptBatch',
    'decryptDataKey',
    'reencrypt',
    'reencryptBatch',
  ]);
});

test('the routes of the data plane, but inspect and changes of mac keys, and no others give more than metadata', () => {
  for (const { operation, plane, gives } of routes) {
    expect({ operation, isMetadata: gives === 'metadata' }).toEqual({
      operation,
      isMetadata:
        plane !== 'crypto' || ['inspect', 'setMacVersions', 'rewrapMacKeys'].includes(operation),
    });
  }
});
