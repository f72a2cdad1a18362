import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { administrator, userWith } from '../../harness/account.ts';
import { clientOptions } from '../aws/harness.ts';
import { arnOf, openSts, role, type TestSts, trusting } from './harness.ts';

const tenantTrust = [
  {
    Sid: 'Assume',
    Effect: 'Allow',
    Principal: trusting('data-plane'),
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:RoleSessionName': '${aws:RequestTag/TenantId}' } },
  },
  {
    Sid: 'Tag',
    Effect: 'Allow',
    Principal: trusting('data-plane'),
    Action: 'sts:TagSession',
    Condition: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['TenantId'] },
      StringLike: { 'aws:RequestTag/TenantId': '?*' },
      Null: { 'sts:TransitiveTagKeys': 'true' },
    },
  },
];

/** Lets the data plane do anything with the role. */
const open = [{ Effect: 'Allow', Principal: trusting('data-plane'), Action: ['sts:*'] }];
const assuming = (name: string, Condition?: object) => ({
  Effect: 'Allow',
  Principal: trusting('data-plane'),
  Action: name,
  ...(Condition && { Condition }),
});

const roles = [
  role('data-plane', [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ]),
  role('other', open),
  role('tenant', tenantTrust),
  role('open', open, { tags: { TENANTID: 'of the role', Team: 'keys' } }),
  role('short', open, { maxSessionDurationSeconds: 3600 }),
  role('delegating', [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'sts:AssumeRole',
    },
  ]),
  role('untaggable', [assuming('sts:AssumeRole')]),
  role('external', [assuming('sts:AssumeRole', { StringEquals: { 'sts:ExternalId': 'x-1' } })]),
  role('team', [assuming('sts:AssumeRole', { StringEquals: { 'aws:ResourceTag/Team': 'keys' } })], {
    tags: { Team: 'keys' },
  }),
  role('named-tag', [
    assuming('sts:AssumeRole'),
    assuming('sts:TagSession', { StringEquals: { 'sts:RoleSessionName': 'acme' } }),
  ]),
];

let stack: TestSts;
beforeAll(async () => {
  stack = await openSts(roles);
});
afterAll(() => stack.close());

const tag = (Key: string, Value: string) => ({ Key, Value });
const acme = [tag('TenantId', 'acme')];

type Input = Parameters<TestSts['assume']>[1];

/** @returns the error's name and message, or `allowed` */
const outcome = async (input: Input, by = stack.running('data-plane')) =>
  stack.assume(by, input).then(
    () => 'allowed',
    ({ name, message }: Error) => `${name}: ${message}`,
  );

const denied = (action: string, roleName = 'tenant', by = 'assumed-role/data-plane/function') =>
  `AccessDenied: User: arn:aws:sts::111122223333:${by} is not authorized to perform: sts:${action} on resource: ${arnOf(roleName)}`;

describe('the trust policy of a tenant role decides', () => {
  test.each<[string, Input, string]>([
    ['its tag and its name', { Tags: acme }, 'allowed'],
    ['no tag', {}, denied('AssumeRole')],
    ['an empty list of tags', { Tags: [] }, denied('AssumeRole')],
    [
      'the session name of another',
      { Tags: acme, RoleSessionName: 'globex' },
      denied('AssumeRole'),
    ],
    ['the tag of another', { Tags: [tag('TenantId', 'globex')] }, denied('AssumeRole')],
    ['a name that differs in case', { Tags: acme, RoleSessionName: 'ACME' }, denied('AssumeRole')],
    ['a name with a wildcard tag', { Tags: [tag('TenantId', '@')] }, denied('AssumeRole')],
    ['an empty tag', { Tags: [tag('TenantId', '')] }, denied('AssumeRole')],
    ['a second tag', { Tags: [...acme, tag('Admin', 'yes')] }, denied('TagSession')],
    ['another tag only', { Tags: [tag('Admin', 'acme')] }, denied('AssumeRole')],
    // `aws:TagKeys` is compared with regard to case, the name of `aws:RequestTag/...` is not.
    ['the tag in other case', { Tags: [tag('tenantid', 'acme')] }, denied('TagSession')],
    ['a transitive tag', { Tags: acme, TransitiveTagKeys: ['TenantId'] }, denied('TagSession')],
  ])('%s', async (_name, input, expected) => {
    expect(await outcome(input)).toBe(expected);
  });

  test('another role, a user and an administrator are refused, in the same words', async () => {
    expect(await outcome({ Tags: acme }, stack.running('other'))).toBe(
      denied('AssumeRole', 'tenant', 'assumed-role/other/function'),
    );
    const admin = stack.credentials.issue(administrator);
    expect(await outcome({ Tags: acme }, admin)).toBe(
      denied('AssumeRole', 'tenant', 'user/admin').replace('arn:aws:sts', 'arn:aws:iam'),
    );
  });

  test('tags need a permission of their own', async () => {
    expect(await outcome({ RoleArn: arnOf('untaggable') })).toBe('allowed');
    expect(await outcome({ RoleArn: arnOf('untaggable'), Tags: acme })).toBe(
      denied('TagSession', 'untaggable'),
    );
  });

  test('sts:RoleSessionName is no condition key of TagSession', async () => {
    expect(await outcome({ RoleArn: arnOf('named-tag'), Tags: acme })).toBe(
      denied('TagSession', 'named-tag'),
    );
  });

  test('a source identity needs a permission of its own', async () => {
    expect(await outcome({ RoleArn: arnOf('untaggable'), SourceIdentity: 'me' })).toBe(
      denied('SetSourceIdentity', 'untaggable'),
    );
    const { sourceIdentity } = await stack.assume(stack.running('data-plane'), {
      RoleArn: arnOf('open'),
      SourceIdentity: 'me',
    });
    expect(sourceIdentity).toBe('me');
  });

  test('the external id and the tags of the role are conditions', async () => {
    expect(await outcome({ RoleArn: arnOf('external'), ExternalId: 'x-1' })).toBe('allowed');
    expect(await outcome({ RoleArn: arnOf('external') })).toBe(denied('AssumeRole', 'external'));
    expect(await outcome({ RoleArn: arnOf('team') })).toBe('allowed');
  });

  test('where it trusts the account, the identity policies decide', async () => {
    const may = userWith('may', {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: arnOf('delegating'),
    });
    const RoleArn = arnOf('delegating');
    expect(await outcome({ RoleArn }, stack.credentials.issue(may))).toBe('allowed');
    expect(await outcome({ RoleArn }, stack.credentials.issue(userWith('none')))).toContain(
      'AccessDenied',
    );
  });
});

describe('a role that does not exist', () => {
  test('looks like one that refuses, also to an administrator', async () => {
    for (const by of [stack.running('data-plane'), stack.credentials.issue(administrator)]) {
      const missing = await outcome({ RoleArn: arnOf('missing'), Tags: acme }, by);
      const refusing = await outcome({ RoleArn: arnOf('tenant'), RoleSessionName: 'xx' }, by);
      expect(missing.replace('missing', 'tenant')).toBe(refusing);
    }
  });

  test('of another account is refused in the same way', async () => {
    expect(await outcome({ RoleArn: 'arn:aws:iam::444455556666:role/tenant' })).toContain(
      'AccessDenied: User: arn:aws:sts::111122223333:assumed-role/data-plane/function',
    );
  });

  test('does not show itself by any other error', async () => {
    const probes: Input[] = [
      { DurationSeconds: 43_200 },
      { DurationSeconds: 7200 },
      { Tags: acme },
    ];
    for (const probe of probes) {
      const missing = await outcome(
        { RoleArn: arnOf('missing'), ...probe },
        stack.running('other'),
      );
      const there = await outcome({ RoleArn: arnOf('short'), ...probe }, stack.running('other'));
      expect(missing).toBe(there.replace('short', 'missing'));
      expect(missing).toContain('AccessDenied');
    }
  });
});

describe('the session', () => {
  test('is named and tagged as asked, and GetCallerIdentity says so', async () => {
    const { credentials, user } = await stack.assume(stack.running('data-plane'), { Tags: acme });
    const arn = 'arn:aws:sts::111122223333:assumed-role/tenant/acme';
    expect(user).toEqual({ AssumedRoleId: 'AROATENANT:acme', Arn: arn });
    const { $metadata: _, ...identity } = await stack
      .client(credentials)
      .send(new GetCallerIdentityCommand({}));
    expect(identity).toEqual({ Account: '111122223333', Arn: arn, UserId: 'AROATENANT:acme' });
    expect(stack.credentials.find(credentials.accessKeyId)?.caller).toMatchObject({
      principalArn: arnOf('tenant'),
      tags: { TenantId: 'acme' },
    });
  });

  test("has the role's tags, with the session's over them without regard to case", async () => {
    const tagged = await stack.assume(stack.running('data-plane'), {
      RoleArn: arnOf('open'),
      Tags: acme,
    });
    const tagsOf = (id: string) => stack.credentials.find(id)?.caller.tags;
    expect(tagsOf(tagged.credentials.accessKeyId)).toEqual({ TenantId: 'acme', Team: 'keys' });
    const plain = await stack.assume(stack.running('data-plane'), { RoleArn: arnOf('open') });
    expect(tagsOf(plain.credentials.accessKeyId)).toEqual({
      TENANTID: 'of the role',
      Team: 'keys',
    });
  });

  test('lasts as long as asked, an hour where nothing is asked', async () => {
    const seconds = async (DurationSeconds?: number) => {
      const { credentials } = await stack.assume(stack.running('data-plane'), {
        RoleArn: arnOf('open'),
        DurationSeconds,
      });
      return Math.round((credentials.expiresAt.getTime() - Date.now()) / 1000);
    };
    expect(Math.abs((await seconds(900)) - 900)).toBeLessThanOrEqual(2);
    expect(Math.abs((await seconds()) - 3600)).toBeLessThanOrEqual(2);
  });

  test('is refused as expired after its end, and not before', async () => {
    const other = await openSts(roles);
    try {
      const { credentials } = await other.assume(other.running('data-plane'), { Tags: acme });
      // The second attempt is signed with the stack's time, taken from the Date of the first answer.
      const client = new STSClient({ ...clientOptions(other.url, credentials), maxAttempts: 2 });
      const ask = () => client.send(new GetCallerIdentityCommand({}));
      other.clock.advance(3500_000);
      expect((await ask()).Account).toBe('111122223333');
      other.clock.advance(101_000);
      await expect(ask()).rejects.toMatchObject({
        name: expect.stringMatching(/^ExpiredToken/),
        message: 'The security token included in the request is expired',
      });
    } finally {
      await other.close();
    }
  });
});

describe('validation', () => {
  const value = (text: string, path: string, constraint: string) =>
    `ValidationError: 1 validation error detected: Value '${text}' at '${path}' failed to satisfy constraint: Member must ${constraint}`;
  const namePattern = 'satisfy regular expression pattern: [\\w+=,.@-]*';

  test.each<[string, Input, string]>([
    [
      'a',
      { RoleSessionName: 'a' },
      value('a', 'roleSessionName', 'have length greater than or equal to 2'),
    ],
    ['a slash', { RoleSessionName: 'a/b' }, value('a/b', 'roleSessionName', namePattern)],
    ['another script', { RoleSessionName: 'äcme' }, value('äcme', 'roleSessionName', namePattern)],
    [
      'a line break',
      { RoleSessionName: 'acme\n' },
      value('acme\n', 'roleSessionName', namePattern),
    ],
    [
      '14 minutes',
      { DurationSeconds: 899 },
      value('899', 'durationSeconds', 'have value greater than or equal to 900'),
    ],
    [
      'over 12 hours',
      { DurationSeconds: 43_201 },
      value('43201', 'durationSeconds', 'have value less than or equal to 43200'),
    ],
    [
      'a tag of other characters',
      { Tags: [tag('TenantId', 'a*')] },
      value(
        'a*',
        'tags.1.member.value',
        'satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
      ),
    ],
    [
      'a policy variable as tag',
      { Tags: [tag('TenantId', '${x}')] },
      value(
        '${x}',
        'tags.1.member.value',
        'satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
      ),
    ],
    ['a nameless tag', { Tags: [tag('', 'a')] }, 'ValidationError: 2 validation errors detected: '],
    [
      'a short ARN',
      { RoleArn: 'arn:aws' },
      value('arn:aws', 'roleArn', 'have length greater than or equal to 20'),
    ],
  ])('%s', async (_name, input, expected) => {
    expect(await outcome(input)).toContain(expected);
  });

  test.each([
    ['no ARN', 'nothing-valid-in-here'],
    ['no partition', 'arn::b:::something/test-role'],
    ['no service', 'arn:a::::something/test-role'],
    ['too few colons', 'arn:a:::something/test-role'],
    ['no resource', 'arn:a:a::aaaaaaaaaa:'],
  ])('a role ARN that is malformed, %s: ValidationError', async (_name, RoleArn) => {
    const input = { RoleArn, RoleSessionName: 'acme', Tags: acme };
    expect(await outcome(input)).toBe(`ValidationError: ${RoleArn} is invalid`);
    const wrongName = await outcome({ ...input, RoleSessionName: 'a' });
    expect(wrongName).toContain("at 'roleSessionName'");
  });

  test('a role ARN that is well formed but of no role is refused, not malformed', async () => {
    expect(await outcome({ RoleArn: 'arn:a:b:::something/test-role' })).toContain('AccessDenied: ');
  });

  test('tag keys that differ only in case are one key', async () => {
    const Tags = [...acme, tag('tenantId', 'globex')];
    expect(await outcome({ Tags, RoleArn: arnOf('open') })).toBe(
      'InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  });

  test('51 tags, a reserved tag, a transitive key that is no tag', async () => {
    const many = Array.from({ length: 51 }, (_, index) => tag(`k${index}`, 'v'));
    expect(await outcome({ Tags: many })).toContain(
      "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
    expect(await outcome({ Tags: [tag('AWS:x', 'v')] })).toContain('reserved for system use');
    expect(await outcome({ Tags: acme, TransitiveTagKeys: ['x'] })).toContain(
      'must be included in the requested tags',
    );
  });

  test('a longer session than the role or role chaining has is refused, once allowed', async () => {
    expect(await outcome({ RoleArn: arnOf('short'), DurationSeconds: 3601 })).toBe(
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    expect(await outcome({ RoleArn: arnOf('open'), DurationSeconds: 3601 })).toContain(
      '1 hour session limit for roles assumed by role chaining',
    );
  });

  test.each<[string, Input]>([
    ['Policy', { Policy: '{}' }],
    ['PolicyArns', { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] }],
    ['SerialNumber', { SerialNumber: 'arn:aws:iam::1:mfa/a', TokenCode: '123456' }],
  ])('%s is refused, not ignored', async (name, input) => {
    expect(await outcome({ RoleArn: arnOf('open'), ...input })).toBe(
      `UnsupportedOperation: AssumeRole with ${name} is not supported by the local stack; leave it out.`,
    );
  });

  test('transitive tags are refused, but only to who may pass them', async () => {
    const transitive = { Tags: acme, TransitiveTagKeys: ['TenantId'] };
    expect(await outcome({ RoleArn: arnOf('open'), ...transitive })).toContain(
      'UnsupportedOperation: AssumeRole with TransitiveTagKeys',
    );
  });
});
