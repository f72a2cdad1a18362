/** The handler, where it has nothing to write: no call leaves the process. */
import { describe, expect, test } from '@jest/globals';
import { delivery } from './indexer/delivery.ts';

Object.assign(process.env, {
  TABLE_NAME: 'tenants',
  AUDIT_TABLE_NAME: 'audit',
  AUDIT_RETENTION_DAYS: '365',
  ACCOUNT_ID: '111122223333',
  CONTROL_PLANE_ROLE_ARN: 'arn:aws:iam::111122223333:role/control-plane',
  RECONCILER_ROLE_ARN: 'arn:aws:iam::111122223333:role/reconciler',
  CERTIFICATES_ROLE_ARN: 'arn:aws:iam::111122223333:role/certificates',
  TENANT_ROLE_ARN: 'arn:aws:iam::111122223333:role/tenant',
  TENANTS_LOG_GROUP: 'tenants',
  CRYPTO_LOG_GROUP: 'crypto',
  CERTIFICATES_LOG_GROUP: 'certificates',
  AUDIT_LOG_GROUP: 'audit',
  ACCESS_LOG_GROUP: 'access',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
});
const { handler } = await import('../../lambdas/indexer.ts');

describe('whose lines they are', () => {
  test('a control message is of CloudWatch Logs itself, and is taken', async () => {
    const message = { messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs' };
    expect(await handler(delivery('', [], message))).toBeUndefined();
  });

  test.each(['CloudwatchLogs', '999988887777'])('lines of %s are refused', async (owner) => {
    await expect(handler(delivery('access', ['{}'], { owner }))).rejects.toThrow('another account');
  });
});
