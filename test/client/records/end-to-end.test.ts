/** Records of a client, against the local stack: what they ask for, and who opens them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AnswerReport, RecordError, type TenantKeys } from '../../../client/tenant-keys.ts';
import { startTestStack, type TestStack } from '../../e2e/test-stack.ts';
import { clientOf } from '../harness.ts';

let stack: TestStack;
let keys: TenantKeys;
const answers: AnswerReport[] = [];
const onAnswer = (answer: AnswerReport) => answers.push(answer);

beforeAll(async () => {
  stack = await startTestStack();
  keys = clientOf(stack, { onAnswer });
  await Promise.all(['acme', 'globex'].map((id) => keys.tenants.onboard(id)));
});
afterAll(() => stack?.close());

const customers = Array.from({ length: 1000 }, (_, index) => ({
  id: String(index),
  email: `customer-${index}@example.com`,
  name: `Customer ${index}`,
  address: { street: `Street ${index}`, country: 'NL' },
}));
const paths = ['email', 'name', 'address.street'];
const options = { type: 'customer', id: 'id' };
/** Of what was served: a busy machine's 503 is asked for again. */
const operations = () =>
  answers
    .splice(0)
    .filter(({ status }) => status === 200)
    .map(({ operation }) => operation);

describe('1,000 records of three fields', () => {
  test('are sealed by one request and one call of KMS, and opened by another client by one of each', async () => {
    answers.splice(0);
    const before = stack.calls.length;
    const sealed = await keys.tenant('acme').records(options).sealAll(customers, paths);
    expect(operations()).toEqual(['generateDataKey']);
    expect(kmsCalls(before)).toEqual(['GenerateDataKey']);
    expect(JSON.stringify(sealed)).not.toMatch(/Customer|Street|example\.com/);
    const reader = clientOf(stack, { onAnswer });
    const between = stack.calls.length;
    expect(await reader.tenant('acme').records(options).openAll(sealed)).toEqual(customers);
    expect(operations()).toEqual(['decryptDataKey']);
    expect(kmsCalls(between)).toEqual(['Decrypt']);
  });

  const kmsCalls = (from: number) =>
    stack.calls
      .slice(from)
      .filter(({ service }) => service === 'kms')
      .map(({ operation }) => operation);
});

test('a data key is shared by all handles of a tenant, and by no two tenants', async () => {
  const fresh = clientOf(stack, { onAnswer });
  answers.splice(0);
  for (const id of ['1', '2']) {
    await fresh.tenant('acme').record({ type: 'customer', id }).seal({ name: 'x' }, ['name']);
  }
  expect(operations()).toEqual(['generateDataKey']);
  await fresh.tenant('globex').record({ type: 'customer', id: '1' }).seal({ name: 'x' }, ['name']);
  expect(operations()).toEqual(['generateDataKey']);
});

test('another tenant and another record do not open it', async () => {
  const acme = keys.tenant('acme').record({ type: 'customer', id: '7' });
  const sealed = await acme.seal({ name: 'Ann' }, ['name']);
  const globex = keys.tenant('globex').record({ type: 'customer', id: '7' });
  await expect(globex.open(sealed)).rejects.toThrow(RecordError);
  const other = keys.tenant('acme').record({ type: 'customer', id: '8' });
  await expect(other.open(sealed)).rejects.toThrow(RecordError);
  expect(await acme.open(sealed)).toEqual({ name: 'Ann' });
});

test('a suspended tenant seals nothing once its data keys are over', async () => {
  const brief = clientOf(stack, { recordKeys: { maxAgeMs: 1 } });
  await keys.tenants.onboard('initech');
  const record = brief.tenant('initech').record({ type: 'customer', id: '1' });
  await record.seal({ name: 'x' }, ['name']);
  await keys.tenants.suspend('initech');
  await expect(record.seal({ name: 'x' }, ['name'])).rejects.toMatchObject({
    code: 'tenant-suspended',
  });
});
