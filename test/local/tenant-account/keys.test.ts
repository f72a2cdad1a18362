/** Keys of one account and callers of another: both accounts must allow, and nobody learns what is not theirs. */
import { randomUUID } from 'node:crypto';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Lambda } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stackIdOf } from '../../../local/cloudformation/service.ts';
import { account } from '../small-template.ts';
import {
  type Accounts,
  messageOf,
  openAccounts,
  ourRole,
  ours,
  outcomeOf,
  rootOf,
  theirs,
} from './harness.ts';

let accounts: Accounts;
beforeAll(async () => {
  accounts = await openAccounts();
});
afterAll(() => accounts.deployment.close());

const encrypt = (who: { kms: Accounts['tenant']['kms'] }, KeyId: string) =>
  who.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') });

describe('the administrator of the second account', () => {
  test('is somebody else, with keys and aliases of its own', async () => {
    const { tenant, operator } = accounts;
    expect(await tenant.sts.getCallerIdentity({})).toMatchObject({
      Account: theirs,
      Arn: `arn:aws:iam::${theirs}:user/operator`,
    });
    const KeyId = await accounts.key();
    expect(KeyId).toMatch(`:${theirs}:key/`);
    const AliasName = `alias/${randomUUID()}`;
    await tenant.kms.createAlias({ AliasName, TargetKeyId: KeyId });
    expect((await encrypt(tenant, AliasName)).KeyId).toBe(KeyId);
    const { Keys } = await operator.kms.listKeys({});
    expect(Keys).toEqual([]);
    expect((await operator.kms.listAliases({})).Aliases).toEqual([]);
    expect(await outcomeOf(encrypt(operator, AliasName))).toBe('NotFoundException');
  });

  test('administers them: policy, tags, rotation, state', async () => {
    const { kms } = accounts.tenant;
    const KeyId = await accounts.key();
    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await kms.enableKeyRotation({ KeyId });
    await kms.disableKey({ KeyId });
    expect(await outcomeOf(encrypt(accounts.tenant, KeyId))).toBe('DisabledException');
    await kms.enableKey({ KeyId });
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    const { KeyMetadata } = await kms.describeKey({ KeyId });
    expect(KeyMetadata).toMatchObject({ AWSAccountId: theirs, KeyState: 'PendingDeletion' });
  });

  test('has nothing of the first account: no table, function or stack, and no key', async () => {
    const { configuration, kms } = accounts.tenant;
    const { KeyMetadata } = await accounts.operator.kms.createKey({});
    const calls = [
      new DynamoDB(configuration).listTables({}),
      new Lambda(configuration).invoke({ FunctionName: 'x' }),
      new CloudFormation(configuration).describeStacks({ StackName: stackIdOf(account) }),
      kms.describeKey({ KeyId: KeyMetadata?.Arn ?? '' }),
      kms.putKeyPolicy({ KeyId: KeyMetadata?.Arn ?? '', Policy: '{}' }),
    ];
    const outcomes = await Promise.all(calls.map(outcomeOf));
    for (const outcome of outcomes) expect(outcome).toMatch(/^AccessDenied/);
    const byName = new CloudFormation(configuration).describeStacks({ StackName: 'TenantKeys' });
    expect(await messageOf(byName)).toBe('Stack with id TenantKeys does not exist');
  });
});

describe("a key of the tenant's account", () => {
  const direct = { Sid: 'Ours', Principal: { AWS: ourRole('User') }, Action: 'kms:*' };
  const whole = { Sid: 'Ours', Principal: rootOf(ours), Action: 'kms:*' };
  const powerless = { Sid: 'Ours', Principal: { AWS: ourRole('Powerless') }, Action: 'kms:*' };

  test.each([
    ['names the role', direct],
    ["names the role's account", whole],
  ])('opens where its policy %s and the role may, by its ARN alone', async (_name, statement) => {
    const user = accounts.as('User');
    const KeyId = await accounts.key(statement);
    const { CiphertextBlob, KeyId: by } = await encrypt(user, KeyId);
    expect(by).toBe(KeyId);
    const opened = await user.kms.decrypt({ CiphertextBlob });
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('x');
    expect((await user.kms.describeKey({ KeyId })).KeyMetadata?.AWSAccountId).toBe(theirs);
    const id = KeyId.replace(/^.*\//, '');
    expect(await messageOf(encrypt(user, id))).toContain(`${ours}:key/${id}`);
  });

  test.each([
    ['by the key policy alone', 'Powerless', [powerless], /no identity-based policy allows/],
    ["by the account's statement alone", 'Powerless', [whole], /no identity-based policy allows/],
    ['by its own policy alone', 'User', [powerless], /the resource does not exist in this Region/],
    [
      'past a Deny of the key policy',
      'User',
      [direct, whole, { ...direct, Sid: 'No', Effect: 'Deny' }],
      /the resource does not exist in this Region/,
    ],
  ])('is not reached %s', async (_name, logicalId, statements, message) => {
    const KeyId = await accounts.key(...statements);
    const { CiphertextBlob } = await encrypt(accounts.tenant, KeyId);
    const { kms } = accounts.as(logicalId);
    const calls = [
      encrypt({ kms }, KeyId),
      kms.decrypt({ KeyId, CiphertextBlob }),
      kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }),
      kms.describeKey({ KeyId }),
      kms.reEncrypt({ CiphertextBlob, SourceKeyId: KeyId, DestinationKeyId: KeyId }),
    ];
    for (const call of calls) {
      const error = await messageOf(call);
      expect(error).toMatch(message);
      expect(error).toContain(KeyId);
    }
    expect(await messageOf(kms.decrypt({ CiphertextBlob }))).toMatch(
      /^The ciphertext refers to a customer master key that does not exist/,
    );
  });

  test('looks like one that does not exist, to whom it does not let in', async () => {
    const user = accounts.as('User');
    const present = await accounts.key();
    const missing = present.replace(/[^/]*$/, randomUUID());
    const AliasName = `alias/${randomUUID()}`;
    await accounts.tenant.kms.createAlias({ AliasName, TargetKeyId: present });
    const alias = present.replace(/key\/.*$/, AliasName);
    const answers = [present, missing].map((KeyId) => messageOf(encrypt(user, KeyId)));
    const [one = '', other = ''] = await Promise.all(answers);
    expect(one.replace(present, '')).toBe(other.replace(missing, ''));
    expect(one).toContain('does not exist in this Region');
    const refused = await messageOf(encrypt(user, alias));
    expect(refused).toContain(`on resource: ${alias} because the resource does not exist`);
    expect(refused).not.toContain(present);
  });

  test('is administered by its own account alone, whatever its policy says', async () => {
    const { kms } = accounts.as('User');
    const KeyId = await accounts.key(direct, { ...whole, Sid: 'All' });
    const calls = [
      kms.disableKey({ KeyId }),
      kms.scheduleKeyDeletion({ KeyId }),
      kms.getKeyPolicy({ KeyId }),
      kms.putKeyPolicy({ KeyId, Policy: '{}' }),
      kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
      kms.createAlias({ AliasName: 'alias/x', TargetKeyId: KeyId }),
      kms.rotateKeyOnDemand({ KeyId }),
      kms.listAliases({ KeyId }),
    ];
    expect(await Promise.all(calls.map(outcomeOf))).toEqual(
      calls.map(() => 'AccessDeniedException'),
    );
    expect(await outcomeOf(kms.getKeyRotationStatus({ KeyId }))).toBe('allowed');
  });

  test('re-encrypts to a key of the other account, where each allows its part', async () => {
    const user = accounts.as('User');
    const source = await accounts.key(direct);
    const { CiphertextBlob } = await encrypt(user, source);
    const { KeyMetadata } = await accounts.operator.kms.createKey({
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: rootOf(ours), Action: 'kms:*', Resource: '*' },
          { ...direct, Effect: 'Allow', Action: 'kms:ReEncryptTo', Resource: '*' },
        ],
      }),
    });
    const moved = await user.kms.reEncrypt({
      CiphertextBlob,
      DestinationKeyId: KeyMetadata?.KeyId ?? '',
    });
    expect(moved).toMatchObject({ SourceKeyId: source, KeyId: KeyMetadata?.Arn });
    expect(
      await outcomeOf(accounts.tenant.kms.decrypt({ CiphertextBlob: moved.CiphertextBlob })),
    ).toBe('AccessDeniedException');
  });

  const keys = {
    'aws:PrincipalAccount': ours,
    'aws:ResourceAccount': theirs,
    'kms:CallerAccount': ours,
    'aws:PrincipalArn': ourRole('User'),
    'aws:PrincipalTag/TenantId': 'acme',
  };
  test.each(Object.entries(keys))('sees %s as %s, in the key policy', async (name, value) => {
    const user = accounts.as('User', { TenantId: 'acme' });
    const where = (wanted: string) => ({ StringEquals: { [name]: wanted } });
    const right = await accounts.key({ ...direct, Condition: where(value) });
    const wrong = await accounts.key({ ...direct, Condition: where('another') });
    expect(await outcomeOf(encrypt(user, right))).toBe('allowed');
    expect(await outcomeOf(encrypt(user, wrong))).toBe('AccessDeniedException');
  });
});

describe('the trail of the first account', () => {
  const named = (KeyId: string) =>
    accounts.events.filter(({ resources }) => resources.some(({ ARN }) => ARN === KeyId));

  test('has the calls of its own callers on a foreign key, and nothing else of it', async () => {
    const User = ourRole('User');
    const KeyId = await accounts.key({ Principal: { AWS: User }, Action: 'kms:Encrypt' });
    expect(named(KeyId)).toEqual([]);
    await encrypt(accounts.tenant, KeyId);
    expect(named(KeyId)).toEqual([]);
    await encrypt(accounts.as('User'), KeyId);
    await outcomeOf(accounts.as('User').kms.describeKey({ KeyId }));
    expect(named(KeyId)).toMatchObject([
      {
        eventName: 'Encrypt',
        recipientAccountId: ours,
        resources: [{ accountId: theirs, ARN: KeyId }],
        sharedEventID: expect.any(String),
        userIdentity: { type: 'AssumedRole', accountId: ours },
      },
      { eventName: 'DescribeKey', errorCode: 'AccessDenied', requestParameters: null },
    ]);
  });

  test('has a foreign call on a key of its own, once it was allowed, without its name', async () => {
    const policy = (statement: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: rootOf(ours), Action: 'kms:*', Resource: '*' },
          { Effect: 'Allow', Resource: '*', ...statement },
        ],
      });
    const Policy = policy({ Principal: rootOf(theirs), Action: 'kms:Encrypt' });
    const { KeyMetadata } = await accounts.operator.kms.createKey({ Policy });
    const KeyId = KeyMetadata?.Arn ?? '';
    const before = named(KeyId).length;
    await outcomeOf(accounts.tenant.kms.describeKey({ KeyId }));
    expect(named(KeyId).length).toBe(before);
    await encrypt(accounts.tenant, KeyId);
    expect(named(KeyId).at(-1)).toMatchObject({
      eventName: 'Encrypt',
      userIdentity: { type: 'AWSAccount', principalId: 'AIDALOCALOPERATOR000', accountId: theirs },
      resources: [{ accountId: ours }],
    });
  });
});
