import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { authorize } from '../../../local/iam/authorize.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { accountId } from '../../harness/account.ts';
import { holds, policy, request, session, statement } from './example.ts';

const tag = '${aws:PrincipalTag/TenantId}';
const resourceTag = 'aws:ResourceTag/TenantId';

/** Whether a Resource covers a resource, for a session with this tag. */
function covers(source: string, resource: string, tags: Record<string, string> = {}): boolean {
  const allow = policy(statement({ Resource: source }));
  return authorize(session(tags, allow), request({ resource })).allowed;
}

describe('a variable', () => {
  test('stands for the value of its key', () => {
    const condition = { StringEquals: { [resourceTag]: `x-${tag}-y` } };
    expect(holds(condition, { [resourceTag]: 'x-acme-y' }, { TenantId: 'acme' })).toBe(true);
    expect(holds(condition, { [resourceTag]: 'x-globex-y' }, { TenantId: 'acme' })).toBe(false);
  });

  test('finds its key without regard to case', () => {
    const condition = { StringEquals: { [resourceTag]: '${AWS:principaltag/tenantID}' } };
    expect(holds(condition, { [resourceTag]: 'acme' }, { TenantId: 'acme' })).toBe(true);
  });

  test('takes its default only where the key is absent', () => {
    const source = "${aws:PrincipalTag/TenantId, 'nobody'}";
    const condition = { StringEquals: { [resourceTag]: source } };
    expect(holds(condition, { [resourceTag]: 'nobody' })).toBe(true);
    expect(holds(condition, { [resourceTag]: 'nobody' }, { TenantId: 'acme' })).toBe(false);
    expect(holds(condition, { [resourceTag]: '' }, { TenantId: '' })).toBe(true);
  });

  test('of an absent key equals nothing, is like nothing, and so is unequal to everything', () => {
    for (const value of ['', tag, 'undefined', 'null', 'acme']) {
      const context = { [resourceTag]: value };
      expect(holds({ StringEquals: { [resourceTag]: tag } }, context)).toBe(false);
      expect(holds({ StringLike: { [resourceTag]: `*${tag}*` } }, context)).toBe(false);
      expect(holds({ StringNotEquals: { [resourceTag]: tag } }, context)).toBe(true);
      expect(holds({ StringNotLike: { [resourceTag]: `*${tag}*` } }, context)).toBe(true);
    }
    expect(holds({ StringEquals: { [resourceTag]: tag } }, {})).toBe(false);
  });

  test('in an ARN condition may be the whole value or in the resource', () => {
    const whole = { ArnEquals: { 'aws:SourceArn': '${aws:PrincipalArn}' } };
    const arn = `arn:aws:iam::${accountId}:role/tenant-role`;
    expect(holds(whole, { 'aws:SourceArn': arn })).toBe(true);
    expect(holds(whole, { 'aws:SourceArn': `${arn}2` })).toBe(false);
    const part = { ArnLike: { 'aws:SourceArn': `arn:aws:s3:::bucket/${tag}/*` } };
    expect(
      holds(part, { 'aws:SourceArn': 'arn:aws:s3:::bucket/acme/x' }, { TenantId: 'acme' }),
    ).toBe(true);
    expect(
      holds(part, { 'aws:SourceArn': 'arn:aws:s3:::bucket/acme2/x' }, { TenantId: 'acme' }),
    ).toBe(false);
    expect(holds(part, { 'aws:SourceArn': 'arn:aws:s3:::bucket//x' })).toBe(false);
    const noArn = { ArnEquals: { 'aws:SourceArn': tag } };
    expect(holds(noArn, { 'aws:SourceArn': 'acme' }, { TenantId: 'acme' })).toBe(false);
  });
});

describe('a variable in a Resource', () => {
  const own = `arn:aws:dynamodb:eu-central-1:${accountId}:table/${tag}`;
  const table = (name: string) => `arn:aws:dynamodb:eu-central-1:${accountId}:table/${name}`;

  test('stands for the value of its key', () => {
    expect(covers(own, table('acme'), { TenantId: 'acme' })).toBe(true);
    expect(covers(own, table('acme2'), { TenantId: 'acme' })).toBe(false);
  });

  test('of an absent key matches no resource', () => {
    for (const name of ['', tag, 'undefined', '*']) expect(covers(own, table(name))).toBe(false);
  });

  test('of an absent key in the NotResource of an Allow allows nothing', () => {
    const allow = policy(statement({ Resource: undefined, NotResource: [own, table('open')] }));
    const asks = (tags: Record<string, string>, name: string) =>
      authorize(session(tags, allow), request({ resource: table(name) }));
    expect(asks({ TenantId: 'acme' }, 'globex').allowed).toBe(true);
    expect(asks({ TenantId: 'acme' }, 'acme').allowed).toBe(false);
    for (const name of ['acme', 'globex', 'open', '', tag]) {
      expect([name, asks({}, name).allowed]).toEqual([name, false]);
    }
    expect(asks({}, 'globex').reasons.join()).toContain('a variable in it has no value');
  });

  test('with a default, in the NotResource of an Allow, excludes the default', () => {
    const withDefault = own.replace('}', ", 'acme'}");
    const allow = policy(statement({ Resource: undefined, NotResource: withDefault }));
    const allowed = (name: string) =>
      authorize(session({}, allow), request({ resource: table(name) })).allowed;
    expect([allowed('acme'), allowed('globex')]).toEqual([false, true]);
  });

  test('of an absent key in the NotResource of a Deny excludes no resource', () => {
    const deny = policy(statement({ Resource: '*' }), {
      Effect: 'Deny',
      Action: '*',
      NotResource: own,
    });
    const acme = session({ TenantId: 'acme' }, deny);
    expect(authorize(acme, request({ resource: table('acme') })).allowed).toBe(true);
    expect(authorize(session({}, deny), request({ resource: table('acme') })).kind).toBe(
      'explicit-deny',
    );
  });
});

describe('the value of a variable is literal', () => {
  test.each(['*', '?', 'ac*', '????', '${*}', '${aws:PrincipalTag/Other}', '${$}', "${x, 'acme'}"])(
    'a tag %j matches nobody else',
    (value) => {
      const tags = { TenantId: value, Other: 'acme' };
      const other = { [resourceTag]: 'acme', 'aws:SourceArn': 'arn:aws:s3:::acme' };
      expect(holds({ StringEquals: { [resourceTag]: tag } }, other, tags)).toBe(false);
      expect(holds({ StringLike: { [resourceTag]: tag } }, other, tags)).toBe(false);
      expect(holds({ StringLike: { [resourceTag]: `*${tag}` } }, other, tags)).toBe(false);
      expect(holds({ StringNotLike: { [resourceTag]: tag } }, other, tags)).toBe(true);
      expect(holds({ ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${tag}` } }, other, tags)).toBe(
        false,
      );
      expect(covers(`arn:aws:s3:::${tag}`, 'arn:aws:s3:::acme', tags)).toBe(false);
      // It does match itself.
      expect(holds({ StringLike: { [resourceTag]: tag } }, { [resourceTag]: value }, tags)).toBe(
        true,
      );
      expect(covers(`arn:aws:s3:::${tag}`, `arn:aws:s3:::${value}`, tags)).toBe(true);
    },
  );

  test('in StringLike it matches itself and nothing else', () => {
    const unit = fc.constantFrom('a', 'b', '*', '?', '$', '{', '}');
    const text = fc.string({ unit, maxLength: 5 });
    fc.assert(
      fc.property(text, text, (mine, theirs) => {
        const like = { StringLike: { [resourceTag]: tag } };
        expect(holds(like, { [resourceTag]: theirs }, { TenantId: mine })).toBe(mine === theirs);
      }),
    );
  });

  test('a default is literal too', () => {
    const like = { StringLike: { [resourceTag]: "${aws:PrincipalTag/TenantId, '*'}" } };
    expect(holds(like, { [resourceTag]: 'acme' })).toBe(false);
    expect(holds(like, { [resourceTag]: '*' })).toBe(true);
  });

  test('a colon in it does not move the components of an ARN', () => {
    const like = { ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${tag}` } };
    const tags = { TenantId: 'a:b' };
    expect(holds(like, { 'aws:SourceArn': 'arn:aws:s3:::a:b' }, tags)).toBe(true);
    for (const source of [
      `arn:aws:sqs:${tag}:1:q`,
      `arn:${tag}:sqs:eu:1:q`,
      `${tag}:aws:sqs:eu:1:q`,
    ]) {
      expect(() => holds({ ArnLike: { 'aws:SourceArn': source } }, {})).toThrow(/six parts/);
      expect(() => covers(source, 'arn:aws:sqs:eu:1:q')).toThrow(/six parts|neither \* nor an ARN/);
    }
  });
});

describe('the escapes', () => {
  test.each([
    ['a${*}', 'a*', true],
    ['a${*}', 'ab', false],
    ['a${?}', 'a?', true],
    ['a${?}', 'ab', false],
    ['${$}{x}', '${x}', true],
    ['$5', '$5', true],
    ['${*}*', '*anything', true],
  ])('%s is like %s: %p', (pattern, value, expected) => {
    expect(holds({ StringLike: { [resourceTag]: pattern } }, { [resourceTag]: value })).toBe(
      expected,
    );
  });

  test('StringEquals has no wildcards to escape, and the same escapes', () => {
    expect(holds({ StringEquals: { [resourceTag]: '*' } }, { [resourceTag]: 'a' })).toBe(false);
    expect(holds({ StringEquals: { [resourceTag]: '*' } }, { [resourceTag]: '*' })).toBe(true);
    expect(holds({ StringEquals: { [resourceTag]: '${*}' } }, { [resourceTag]: '*' })).toBe(true);
  });
});

describe.each([undefined, '2008-10-17'])('with Version %s', (version) => {
  test('a variable is plain text', () => {
    const document = {
      ...(version === undefined ? {} : { Version: version }),
      Statement: statement({ Condition: { StringEquals: { [resourceTag]: tag } } }),
    };
    const caller = session({ TenantId: 'acme' }, parsePolicy(document, 'Old'));
    const allowed = (value: string) =>
      authorize(caller, request({ context: { [resourceTag]: value } })).allowed;
    expect(allowed('acme')).toBe(false);
    expect(allowed(tag)).toBe(true);
  });
});

describe('a text that is no variable stops the start', () => {
  test.each([
    ['${aws:PrincipalTag/TenantId', /closing brace/],
    ['${}', /not a variable/],
    ['${aws:PrincipalTag/}', /not a variable/],
    ['${aws:NoSuchKey}', /not a variable/],
    ['${ aws:username }', /not a variable/],
    ["${aws:username,'x'}", /not a variable/],
    ['${aws:username, x}', /not a variable/],
    ['${aws:PrincipalTag/${aws:username}}', /not a variable/],
    ['${aws:TagKeys}', /several values/],
  ])('%s', (source, problem) => {
    expect(() =>
      policy(statement({ Condition: { StringLike: { [resourceTag]: source } } })),
    ).toThrow(problem);
    expect(() => policy(statement({ Resource: `arn:aws:s3:::${source}` }))).toThrow(problem);
  });

  test.each([
    ['NumericEquals', 'kms:RotationPeriodInDays'],
    ['DateEquals', 'aws:CurrentTime'],
    ['Bool', 'aws:SecureTransport'],
    ['IpAddress', 'aws:SourceIp'],
    ['Null', 'aws:username'],
  ])('%s takes no variable', (operator, name) => {
    const condition = { [operator]: { [name]: '${aws:PrincipalTag/x}' } };
    expect(() => policy(statement({ Condition: condition }))).toThrow(/Condition/);
  });
});
