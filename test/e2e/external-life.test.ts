/** The life of tenants whose keys are in an AWS account of their own, where nothing of the product administers anything. */
import { GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Control } from './control.ts';
import { type ExternalStack, type GivenKey, startExternalControl } from './external-account.ts';
import { expectProblem } from './problem.ts';

let stack: ExternalStack;
let control: Control;
let given: GivenKey;
let count = 0;
beforeAll(async () => {
  ({ stack, control } = await startExternalControl({ reconcileEveryMinutes: 1440 }));
}, 120_000);
beforeEach(async () => {
  count += 1;
  given = await stack.give(`life-${count}`);
  await stack.plant(given);
});
afterAll(() => stack?.close());

const plaintext = Buffer.from('Hello, Acme.').toString('base64');
const encrypt = () => stack.crypto(given.tenantId, 'encrypt', { plaintext });
const path = (more = '') => `/tenants/${given.tenantId}${more}`;
const isUntouched = async () => {
  const { KeyMetadata } = await stack.owner.kms.describeKey({ KeyId: given.keyArn });
  return KeyMetadata?.KeyState === 'Enabled';
};
interface Finding {
  readonly tenantId?: string;
  readonly kind: string;
}
const findingsOfRun = async () => {
  const { found } = (await stack.run('reconciler')) as { found: Finding[] };
  return found.filter(({ tenantId }) => tenantId === given.tenantId);
};

test('it is shown with its key, of which only the tenant sees the state', async () => {
  const { json } = await control.get(path());
  expect(json).toMatchObject({ keyStore: 'aws-kms-external', keyArn: given.keyArn });
  expect(json).not.toHaveProperty('key');
});

test('suspended it is refused, resumed it is served, and the tenant’s key is as it was', async () => {
  const { ciphertext } = (await encrypt()).json;
  expect((await control.post(given.tenantId, 'suspend')).json.status).toBe('SUSPENDED');
  expect(await control.decrypt(given.tenantId, ciphertext)).toBe('tenant-suspended');
  expect(await isUntouched()).toBe(true);
  expect((await control.post(given.tenantId, 'resume')).json.status).toBe('ACTIVE');
  expect(await control.decrypt(given.tenantId, ciphertext)).toBe('Hello, Acme.');
});

test('its rotations are the tenant’s: nothing is asked for, and nothing is written down', async () => {
  const before = (await control.get(path())).json;
  const answers = [
    await control.send('POST', path('/key/rotations'), {}),
    await control.send('PUT', path('/key/rotation'), { rotationPeriodInDays: 120 }),
    await control.get(path('/key/rotations')),
  ];
  for (const answer of answers) expectProblem(answer, 409, 'key-administered-by-tenant');
  expect((await control.get(path())).json).toEqual(before);
  const status = new GetKeyRotationStatusCommand({ KeyId: given.keyArn });
  expect((await stack.owner.kms.send(status)).OnDemandRotationStartDate).toBeUndefined();
});

test('offboarded it can be restored, and nothing was deleted', async () => {
  const { ciphertext } = (await encrypt()).json;
  const offboarded = await control.offboard(given.tenantId, '?windowInDays=30');
  expect(offboarded.status).toBe(202);
  expect(offboarded.json.deletionDate).toBeDefined();
  expect(await control.decrypt(given.tenantId, ciphertext)).toBe('tenant-offboarding');
  const early = await control.get(path('/erasure-certificate'));
  expectProblem(early, 409, 'tenant-not-erased');
  expect(early.json.detail).toContain('It can be restored until');
  await stack.run('reconciler');
  expect((await control.get(path())).json.status).toBe('OFFBOARDING');
  expect((await control.post(given.tenantId, 'restore')).json.status).toBe('ACTIVE');
  expect(await control.decrypt(given.tenantId, ciphertext)).toBe('Hello, Acme.');
  expect(await isUntouched()).toBe(true);
});

test('after the window it is erased, and the certificate claims no more than is true', async () => {
  const { ciphertext } = (await encrypt()).json;
  await stack.crypto(given.tenantId, 'mac', { purpose: 'email', value: plaintext });
  await control.offboard(given.tenantId);
  await windowIsOver();
  await stack.run('reconciler');
  expect((await control.get(path())).json.status).toBe('ERASED');
  expect(await control.decrypt(given.tenantId, ciphertext)).toBe('tenant-not-found');
  const { certificate } = (await control.get(path('/erasure-certificate'))).json;
  expect(certificate).toMatchObject({
    keyStore: 'aws-kms-external',
    keyArn: given.keyArn,
    keyMaterialIds: [],
    keyDestroyed: false,
  });
  expect(certificate).not.toHaveProperty('deletionDate');
  const words = certificate.notCovered.map(({ what }: { what: string }) => what).join('\n');
  expect(words).toContain('The key itself');
  expect(words).toContain('The role in that account');
  expect(words).not.toMatch(/deleted key|lost with the key|KMS keeps nothing/);
  expect(await isUntouched()).toBe(true);
  // What a session may still have written is looked for in each thorough run.
  expect(await findingsOfRun()).toMatchObject([{ kind: 'mac-keys', outcome: 'repaired' }]);
  const { Items = [] } = await stack.administrator.dynamodb.scan({
    TableName: stack.macKeyTableName,
  });
  expect(Items.filter(({ tenantId }) => tenantId?.S === given.tenantId)).toEqual([]);
  expect(await findingsOfRun()).toEqual([]);
});

test('a run of the reconciler finds nothing of such a tenant, whose key it does not see', async () => {
  expect(await findingsOfRun()).toEqual([]);
});

test('an onboarding that was cut off leaves nothing', async () => {
  await stack.plant(given, { status: 'PROVISIONING' });
  await stack.run('reconciler');
  expectProblem(await control.get(path()), 404, 'tenant-not-found');
});

test('of an account that the configuration has no more the data plane says 503', async () => {
  const keyArn = given.keyArn.replace('222222222222', '333333333333');
  await stack.plant({ ...given, keyArn });
  expectProblem(await encrypt(), 503, 'key-store-unavailable');
});

/** The window counts by the function's clock. */
async function windowIsOver() {
  const table = DynamoDBDocument.from(stack.administrator.dynamodb);
  await table.update({
    TableName: stack.tableName,
    Key: { tenantId: given.tenantId },
    UpdateExpression: 'SET offboarding.deletionDate = :past',
    ExpressionAttributeValues: { ':past': new Date(Date.now() - 1000).toISOString() },
  });
}
