/** Services that do next to nothing, to test the endpoint alone. */

import type { Service } from '../../../local/aws/operation.ts';
import { AwsError } from '../../../local/aws/wire/aws-error.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { accountId, region } from '../../harness/account.ts';

export const resource = `arn:aws:kms:${region}:${accountId}:key/toy`;

const policy = (...Statement: readonly object[]) =>
  parsePolicy({ Version: '2012-10-17', Statement }, 'key policy of toy', 'resource');

const root = { AWS: `arn:aws:iam::${accountId}:root` };
const delegates = { Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' };

/** Key policies by name, for the operation that authorizes with one. */
const policies = {
  delegating: policy(delegates),
  silent: policy({ ...delegates, Action: 'kms:DescribeKey' }),
  denying: policy(delegates, { ...delegates, Sid: 'No', Effect: 'Deny', Principal: '*' }),
};

export const toyKms: Service = {
  name: 'kms',
  operations: {
    Echo: (input, { caller }) => ({ input, arn: caller.arn }),
    // In the shape of the KMS operation, so that the SDK's client can ask for it.
    ListKeys: (_input, call) => {
      call.authorize({ action: 'kms:ListKeys', resource: '*' });
      return { Keys: [{ KeyId: 'toy', KeyArn: resource }], Truncated: false };
    },
    Decrypt: ({ CiphertextBlob }, call) => {
      const name = Buffer.from(String(CiphertextBlob), 'base64').toString();
      const resourcePolicy = policies[name as keyof typeof policies];
      call.authorize({ action: 'kms:Decrypt', resource, resourcePolicy });
      return { KeyId: resource, Plaintext: Buffer.from('plain').toString('base64') };
    },
    WithCondition: (_input, call) => {
      call.authorize({ action: 'kms:WithCondition', resource: '*' });
      return {};
    },
    Refuse: () => {
      throw new AwsError('DisabledException', 'it is disabled.');
    },
    RefuseInSilence: () => {
      throw new AwsError('InvalidCiphertextException', '');
    },
    Fail: () => {
      throw new Error('canary-7f3a: the detail of a defect');
    },
  },
};

export const toySts: Service = {
  name: 'sts',
  operations: {
    GetCallerIdentity: (_input, { caller }) => ({
      UserId: caller.userId,
      Account: caller.accountId,
      Arn: caller.arn,
    }),
    Fail: () => {
      throw new Error('canary-7f3a: the detail of a defect');
    },
  },
};

export const toyDynamoDb: Service = {
  name: 'dynamodb',
  operations: {
    ListTables: (_input, call) => {
      call.authorize({ action: 'dynamodb:ListTables', resource: '*' });
      return { TableNames: ['toy'] };
    },
  },
};
