import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { maxKmsCallsPerRequest, stageThrottling } from '../../contract/crypto.ts';

test('docs/api.md names the limits as they are', () => {
  const rows = readFileSync('docs/api.md', 'utf8').split('\n');
  const { requestsPerSecond, burstRequests } = stageThrottling;
  const [perSecond, atOnce] = [requestsPerSecond, burstRequests].map((n) => n.toLocaleString('en'));
  const calls = rows.filter((row) => row.startsWith('| calls to KMS that one request makes'));
  const requests = rows.filter((row) => row.startsWith('| requests, of all tenants together'));
  expect(calls).toEqual([expect.stringContaining(`| ${maxKmsCallsPerRequest} |`)]);
  expect(requests).toEqual([
    expect.stringContaining(`| ${perSecond} a second, ${atOnce} at once |`),
  ]);
});
