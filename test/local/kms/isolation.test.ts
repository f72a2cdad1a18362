/** The real evaluator and the real key policy: who may do what with whose key. */

import { beforeAll, describe, expect, test } from '@jest/globals';
import { keyPolicy } from '../../../contract/key-policy.ts';
import type { Call } from '../../../local/aws/operation.ts';
import { AwsError } from '../../../local/aws/wire/aws-error.ts';
import { authorize } from '../../../local/iam/authorize.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { accountId } from '../../harness/account.ts';
import { base64, errorOf, testKms } from './harness.ts';

const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const own = { StringEquals: { 'aws:ResourceTag/TenantId': '${aws:PrincipalTag/TenantId}' } };
const ownContext = {
  StringEquals: {
    ...own.StringEquals,
    'kms:EncryptionContext:TenantId': '${aws:PrincipalTag/TenantId}',
  },
};

const statement = (Action: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...(Condition === undefined ? {} : { Condition }),
});
const identityPolicy = (...Statement: object[]) => [
  parsePolicy({ Version: '2012-10-17', Statement }, 'identity'),
];
const tenantPolicies = identityPolicy(
  statement(['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncrypt*'], ownContext),
  statement('kms:DescribeKey', own),
);
const everything = identityPolicy(statement('kms:*'));

const session = (tags: Record<string, string>, identityPolicies = tenantPolicies): Caller => ({
  arn: `arn:aws:sts::${accountId}:assumed-role/TenantRole/session`,
  principalArn: role('TenantRole'),
  accountId,
  userId: 'AROATENANT:session',
  tags,
  identityPolicies,
});
const named = (principalArn: string, identityPolicies = everything): Caller => ({
  arn: principalArn,
  principalArn,
  accountId,
  userId: 'AIDA',
  tags: {},
  identityPolicies,
});

const acme = session({ TenantId: 'acme' });
/** A session whose own policies allow everything: only the key policy can refuse it. */
const unboundAcme = session({ TenantId: 'acme' }, everything);
const operator = named(`arn:aws:iam::${accountId}:user/operator`);
const controlPlane = named(
  role('ControlPlane'),
  identityPolicy(statement('kms:CreateKey'), statement('kms:TagResource')),
);

const kms = testKms();
const keys = { acme: '', globex: '' };
const encrypted = { acme: '', globex: '' };

async function as(caller: Caller, operation: string, input: object) {
  const call: Call = {
    caller,
    requestId: 'request',
    clock: kms.account.clock,
    authorize: ({ action, resource, context = {}, resourcePolicy }) => {
      const decision = authorize(caller, { action, resource, context }, resourcePolicy);
      if (!decision.allowed) throw new AwsError('AccessDeniedException', action);
      return decision;
    },
  };
  const run = kms.service.operations[operation];
  if (run === undefined) throw new Error(operation);
  return JSON.parse(JSON.stringify(await run(JSON.parse(JSON.stringify(input)), call)));
}

const refusal = (caller: Caller, operation: string, input: object) =>
  errorOf(() => as(caller, operation, input));
const contextOf = (tenantId: string) => ({ EncryptionContext: { TenantId: tenantId } });
const denied = /^AccessDeniedException: kms:/;

beforeAll(async () => {
  for (const tenantId of ['acme', 'globex'] as const) {
    const Policy = JSON.stringify(
      keyPolicy({
        tenantId,
        partition: 'aws',
        accountId,
        tenantRoleArn: role('TenantRole'),
        controlPlaneRoleArn: role('ControlPlane'),
        deletionWindowInDays: 30,
      }),
    );
    const Tags = [{ TagKey: 'TenantId', TagValue: tenantId }];
    const { KeyMetadata } = await as(controlPlane, 'CreateKey', { Policy, Tags });
    keys[tenantId] = KeyMetadata.KeyId;
    const input = { KeyId: keys[tenantId], Plaintext: base64(tenantId), ...contextOf(tenantId) };
    const answer = await as(session({ TenantId: tenantId }), 'Encrypt', input);
    encrypted[tenantId] = answer.CiphertextBlob;
  }
});

/** Everything that a neighbour might try with globex's key. */
const attempts: [string, () => object][] = [
  ['Encrypt', () => ({ KeyId: keys.globex, Plaintext: base64('x'), ...contextOf('globex') })],
  ['Encrypt', () => ({ KeyId: keys.globex, Plaintext: base64('x'), ...contextOf('acme') })],
  ['Decrypt', () => ({ CiphertextBlob: encrypted.globex, ...contextOf('globex') })],
  ['Decrypt', () => ({ CiphertextBlob: encrypted.globex, ...contextOf('acme') })],
  ['GenerateDataKey', () => ({ KeyId: keys.globex, KeySpec: 'AES_256', ...contextOf('acme') })],
  [
    'ReEncrypt',
    () => ({
      CiphertextBlob: encrypted.globex,
      SourceEncryptionContext: { TenantId: 'globex' },
      DestinationKeyId: keys.acme,
      DestinationEncryptionContext: { TenantId: 'acme' },
    }),
  ],
  [
    'ReEncrypt',
    () => ({
      CiphertextBlob: encrypted.acme,
      SourceEncryptionContext: { TenantId: 'acme' },
      DestinationKeyId: keys.globex,
      DestinationEncryptionContext: { TenantId: 'globex' },
    }),
  ],
  ['DescribeKey', () => ({ KeyId: keys.globex })],
  ['PutKeyPolicy', () => ({ KeyId: keys.globex, Policy: '{}' })],
  ['TagResource', () => ({ KeyId: keys.globex, Tags: [{ TagKey: 'TenantId', TagValue: 'acme' }] })],
  ['UntagResource', () => ({ KeyId: keys.globex, TagKeys: ['TenantId'] })],
  [
    'CreateGrant',
    () => ({
      KeyId: keys.globex,
      GranteePrincipal: role('TenantRole'),
      Operations: ['Decrypt'],
    }),
  ],
  ['CreateAlias', () => ({ AliasName: 'alias/x', TargetKeyId: keys.globex })],
  ['ScheduleKeyDeletion', () => ({ KeyId: keys.globex })],
];

describe.each([
  ['acme’s session', acme],
  ['acme’s session with kms:* of its own', unboundAcme],
  ['a session without a tag, with kms:*', session({}, everything)],
  ['a session with the tag *, with kms:*', session({ TenantId: '*' }, everything)],
])('%s', (_, caller) => {
  test.each(attempts)('is denied %s with globex’s key (%#)', async (operation, input) => {
    expect(await refusal(caller, operation, input())).toMatch(denied);
  });
});

describe('acme’s session', () => {
  test('uses its own key', async () => {
    const input = { CiphertextBlob: encrypted.acme, ...contextOf('acme') };
    expect((await as(acme, 'Decrypt', input)).Plaintext).toBe(base64('acme'));
    const dataKey = { KeyId: keys.acme, KeySpec: 'AES_256', ...contextOf('acme') };
    expect(await as(acme, 'GenerateDataKey', dataKey)).toHaveProperty('Plaintext');
  });

  test.each([
    ['no context', {}],
    ['another tenant’s', { TenantId: 'globex' }],
    ['another spelling', { tenantid: 'acme' }],
    ['two spellings, of two tenants', { TenantId: 'globex', tenantid: 'acme' }],
    ['two spellings, of two tenants, reversed', { TenantId: 'acme', tenantid: 'globex' }],
  ])('not with %s', async (_, EncryptionContext) => {
    const input = { KeyId: keys.acme, Plaintext: base64('x'), EncryptionContext };
    expect(await refusal(acme, 'Encrypt', input)).toMatch(denied);
    expect(await refusal(unboundAcme, 'Encrypt', input)).toMatch(denied);
  });
});

describe('an administrator with kms:*', () => {
  test.each(attempts.filter(([operation]) => /crypt|DataKey|Grant/.test(operation)))(
    'is denied %s (%#)',
    async (operation, input) => {
      expect(await refusal(operator, operation, input())).toMatch(denied);
    },
  );

  test('administers the key', async () => {
    const KeyId = keys.globex;
    expect(await as(operator, 'DescribeKey', { KeyId })).toHaveProperty('KeyMetadata');
    await as(operator, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 });
    const status = await as(operator, 'GetKeyRotationStatus', { KeyId });
    expect(status.KeyRotationEnabled).toBe(true);
  });

  test('cannot be locked out by a policy without them, unless by asking for it', async () => {
    const KeyId = await kms.key();
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: role('Other') },
        Action: 'kms:*',
        Resource: '*',
      },
    });
    expect(await refusal(operator, 'PutKeyPolicy', { KeyId, Policy })).toMatch(
      /^MalformedPolicyDocumentException: The new key policy will not allow you/,
    );
    await as(operator, 'PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true });
    expect(await refusal(operator, 'GetKeyPolicy', { KeyId })).toMatch(denied);
  });
});
