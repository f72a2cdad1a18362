import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { authorize, explain } from '../../../local/iam/authorize.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { accountId } from '../../harness/account.ts';
import {
  holds,
  key,
  keyPolicyOf,
  policy,
  request,
  session,
  statement,
  tenantRole,
  user,
} from './example.ts';

const root = `arn:aws:iam::${accountId}:root`;
const everything = policy(statement({ Sid: 'Everything' }));
const deny = (members: object = {}) => statement({ Sid: 'No', Effect: 'Deny', ...members });

describe('without a resource policy', () => {
  test('nothing is allowed that no Allow covers', () => {
    expect(authorize(user(), request())).toMatchObject({
      allowed: false,
      kind: 'implicit-deny',
      side: 'identity',
    });
    const other = policy(statement({ Action: 'kms:Encrypt' }));
    expect(authorize(user(other), request()).allowed).toBe(false);
  });

  test('an Allow allows, and is named', () => {
    expect(authorize(user(everything), request())).toMatchObject({
      allowed: true,
      kind: 'allowed',
      by: { policy: 'Role/Policy', statement: 'Everything' },
    });
  });

  test('a Deny in any policy wins, wherever it stands', () => {
    const denying = policy(deny());
    for (const policies of [
      [everything, denying],
      [denying, everything],
    ]) {
      expect(authorize(user(...policies), request())).toMatchObject({
        allowed: false,
        kind: 'explicit-deny',
        side: 'identity',
        by: { statement: 'No' },
      });
    }
  });

  test('a Deny that does not match denies nothing', () => {
    const both = policy(statement({}), deny({ Action: 'kms:Encrypt' }));
    expect(authorize(user(both), request()).allowed).toBe(true);
  });
});

describe('actions', () => {
  const allows = (members: object, action: string) => {
    const { Action: _, ...rest } = statement({}) as Record<string, unknown>;
    return authorize(user(policy({ ...rest, ...members })), request({ action })).allowed;
  };

  test.each([
    ['kms:Decrypt', 'kms:Decrypt', true],
    ['KMS:DECRYPT', 'kms:Decrypt', true],
    ['kms:decrypt', 'KMS:Decrypt', true],
    ['kms:ReEncrypt*', 'kms:ReEncryptFrom', true],
    ['kms:ReEncrypt*', 'kms:Encrypt', false],
    ['kms:?ecrypt', 'kms:Decrypt', true],
    ['kms:*', 'sts:AssumeRole', false],
    ['*', 'sts:AssumeRole', true],
  ])('%s covers %s: %p', (pattern, action, expected) => {
    expect(allows({ Action: ['iam:PassRole', pattern] }, action)).toBe(expected);
    expect(allows({ NotAction: ['iam:PassRole', pattern] }, action)).toBe(!expected);
  });
});

describe('resources', () => {
  test.each([
    ['*', true],
    [key, true],
    [key.toUpperCase().replace('ARN:', 'arn:'), false],
    [`arn:aws:kms:*:${accountId}:key/*`, true],
    [`arn:aws:kms:eu-central-1:${accountId}:alias/*`, false],
    [`${key.slice(0, -1)}?`, true],
    [key.slice(0, -1), false],
    // A * in a Resource may match beyond a colon.
    [`arn:aws:*:*:*:*${key.slice(-4)}`, true],
  ])('%s: %p', (resource, expected) => {
    const { Resource: _, ...rest } = statement({}) as Record<string, unknown>;
    const covered = (members: object) =>
      authorize(user(policy({ ...rest, ...members })), request()).allowed;
    expect(covered({ Resource: ['arn:aws:s3:::other', resource] })).toBe(expected);
    expect(covered({ NotResource: ['arn:aws:s3:::other', resource] })).toBe(!expected);
  });

  test('an action without a resource needs Resource *', () => {
    const listing = request({ action: 'kms:ListKeys', resource: '*' });
    expect(authorize(user(everything), listing).allowed).toBe(true);
    const keys = policy(statement({ Resource: `arn:aws:kms:*:${accountId}:key/*` }));
    expect(authorize(user(keys), listing).allowed).toBe(false);
  });
});

describe('with a resource policy', () => {
  const allows = (principal: unknown, caller = user(), members: object = {}) =>
    authorize(caller, request(), keyPolicyOf(statement({ Principal: principal, ...members })));

  test.each([
    ['anyone', '*', true],
    ['anyone of AWS', { AWS: '*' }, true],
    ['the caller', { AWS: user().arn }, true],
    ['another user', { AWS: `arn:aws:iam::${accountId}:user/ops/ad` }, false],
    ['a service', { Service: 'kms.amazonaws.com' }, false],
    ['the account', { AWS: root }, false],
    ['the account by its id', { AWS: accountId }, false],
    ['another account', { AWS: '444455556666' }, false],
  ])('an Allow for %s, and no identity policy', (_, principal, expected) => {
    expect(allows(principal).allowed).toBe(expected);
  });

  test.each([{ AWS: root }, { AWS: accountId }, { AWS: ['444455556666', accountId] }])(
    'an Allow for the account %j lets its IAM policies count',
    (principal) => {
      expect(allows(principal, user(everything)).allowed).toBe(true);
      expect(allows(principal, user(policy(statement({ Action: 'kms:Encrypt' }))))).toMatchObject({
        allowed: false,
        side: 'identity',
      });
    },
  );

  test.each([
    { Service: 'kms.amazonaws.com' },
    { AWS: '444455556666' },
    { AWS: 'arn:aws:iam::444455556666:root' },
    { AWS: tenantRole },
  ])('an Allow for %j does not let the IAM policies of a user count', (principal) => {
    expect(allows(principal, user(everything))).toMatchObject({ allowed: false, side: 'resource' });
  });

  test('a session is reached by its role and by itself, not by another session', () => {
    const acme = session({});
    expect(allows({ AWS: tenantRole }, acme).allowed).toBe(true);
    expect(allows({ AWS: acme.arn }, acme).allowed).toBe(true);
    expect(allows({ AWS: acme.arn.replace('/acme', '/globex') }, acme).allowed).toBe(false);
  });

  test('identity policies alone allow nothing', () => {
    const unrelated = keyPolicyOf(statement({ Principal: '*', Action: 'kms:Encrypt' }));
    expect(authorize(user(everything), request(), unrelated)).toMatchObject({
      allowed: false,
      kind: 'implicit-deny',
      side: 'resource',
    });
  });

  test('the conditions of the statement for the account apply', () => {
    const members = { Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
    expect(allows({ AWS: root }, user(everything), members)).toMatchObject({
      allowed: false,
      side: 'resource',
    });
  });

  test('a direct Allow needs no identity policy even beside one for the account', () => {
    const both = keyPolicyOf(
      statement({ Sid: 'Account', Principal: { AWS: root } }),
      statement({ Sid: 'Direct', Principal: { AWS: user().arn } }),
    );
    expect(authorize(user(), request(), both)).toMatchObject({
      allowed: true,
      by: { statement: 'Direct' },
    });
  });

  test.each([
    ['anyone', '*'],
    ['the account', { AWS: root }],
    ['the caller', { AWS: user().arn }],
  ])('a Deny for %s wins over every Allow', (_, principal) => {
    const both = keyPolicyOf(statement({ Principal: '*' }), deny({ Principal: principal }));
    expect(authorize(user(everything), request(), both)).toMatchObject({
      kind: 'explicit-deny',
      side: 'resource',
      by: { policy: 'key policy', statement: 'No' },
    });
  });

  test('a Deny for somebody else denies nothing', () => {
    const both = keyPolicyOf(
      statement({ Principal: '*' }),
      deny({ Principal: { AWS: tenantRole } }),
    );
    expect(authorize(user(), request(), both).allowed).toBe(true);
  });

  test('a Deny of an identity policy wins over a direct Allow', () => {
    const open = keyPolicyOf(statement({ Principal: '*' }));
    expect(authorize(user(policy(deny())), request(), open)).toMatchObject({
      kind: 'explicit-deny',
      side: 'identity',
    });
  });

  test.each(['Action', 'Resource'])(
    'a statement of a key policy without %s is inert',
    (element) => {
      const inert = (effect: string) => {
        const members = statement({ Effect: effect, Principal: '*' }) as Record<string, unknown>;
        delete members[element];
        return members;
      };
      expect(authorize(user(everything), request(), keyPolicyOf(inert('Allow'))).allowed).toBe(
        false,
      );
      const both = keyPolicyOf(statement({ Principal: '*' }), inert('Deny'));
      expect(authorize(user(), request(), both).allowed).toBe(true);
    },
  );

  test('a trust policy has no Resource and is about the role', () => {
    const trust = parsePolicy(
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: user().arn }, Action: 'sts:AssumeRole' },
      },
      'trust policy',
    );
    const assume = request({ action: 'sts:AssumeRole', resource: tenantRole });
    expect(authorize(user(), assume, trust).allowed).toBe(true);
    expect(authorize(session({}, everything), assume, trust).allowed).toBe(false);
    expect(authorize(user(), { ...assume, action: 'sts:TagSession' }, trust).allowed).toBe(false);
  });
});

describe('a resource of another account', () => {
  const foreign = request({ resource: key.replace(accountId, '444455556666') });
  const open = keyPolicyOf(statement({ Principal: '*' }));
  const closed = keyPolicyOf(deny({ Principal: '*' }), statement({ Principal: '*' }));

  test.each([
    ['a direct Allow', keyPolicyOf(statement({ Principal: { AWS: user().arn } }))],
    ['an Allow for everybody', open],
    ["an Allow for the caller's account", keyPolicyOf(statement({ Principal: { AWS: root } }))],
  ])('needs %s and one of the caller as well', (_name, policyThere) => {
    expect(authorize(user(everything), foreign, policyThere)).toMatchObject({
      allowed: true,
      by: { policy: 'Role/Policy', statement: 'Everything' },
    });
    expect(authorize(user(), foreign, policyThere)).toMatchObject({
      allowed: false,
      kind: 'implicit-deny',
      side: 'identity',
    });
  });

  test.each([
    ['no policy', undefined],
    ['one that allows nothing', keyPolicyOf(deny({ Principal: { AWS: '444455556666' } }))],
    [
      'one that lets its own account decide',
      keyPolicyOf(statement({ Principal: { AWS: 'arn:aws:iam::444455556666:root' } })),
    ],
  ])('with %s is refused, whatever the caller may do', (_name, policyThere) => {
    expect(authorize(user(everything), foreign, policyThere)).toMatchObject({
      allowed: false,
      kind: 'implicit-deny',
      side: 'resource',
    });
  });

  test('a Deny of either account wins', () => {
    const denied = { allowed: false, kind: 'explicit-deny' };
    const both = user(everything, policy(deny()));
    expect(authorize(both, foreign, open)).toMatchObject({ ...denied, side: 'identity' });
    expect(authorize(user(everything), foreign, closed)).toMatchObject({
      ...denied,
      side: 'resource',
    });
  });

  test('says nothing of its policy to a caller without a right', () => {
    const answers = [open, closed, undefined].map((one) => authorize(user(), foreign, one));
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  });
});

describe('fails closed', () => {
  test('for a policy of the wrong kind', () => {
    const resource = keyPolicyOf(statement({ Principal: '*' }));
    expect(() => authorize(user(resource), request())).toThrow(TypeError);
    expect(() => authorize(user(), request(), everything)).toThrow(TypeError);
  });
});

describe('what describes the caller comes from its credentials alone', () => {
  test.each([
    ['aws:PrincipalTag/TenantId', 'globex'],
    ['AWS:PRINCIPALTAG/tenantid', 'globex'],
    ['aws:PrincipalArn', 'arn:aws:iam::1:role/forged'],
    ['aws:PrincipalAccount', '444455556666'],
    ['aws:PrincipalType', 'Account'],
    ['aws:PrincipalIsAWSService', 'true'],
    ['aws:userid', 'AIDAFORGED'],
    ['aws:UserName', 'forged'],
    ['lambda:SourceFunctionArn', 'arn:aws:lambda:eu-central-1:1:function:forged'],
    ['LAMBDA:sourceFunctionArn', 'arn:aws:lambda:eu-central-1:1:function:forged'],
  ])('a request cannot set %s', (name, forged) => {
    const condition = { StringEquals: { [name]: forged } };
    for (const tags of [{}, { TenantId: 'acme' }]) {
      expect(holds(condition, { [name]: forged }, tags)).toBe(false);
    }
  });

  test.each([
    ['aws:PrincipalArn', tenantRole],
    ['aws:PrincipalAccount', accountId],
    ['aws:PrincipalType', 'AssumedRole'],
    ['aws:userid', 'AROAEXAMPLE:acme'],
    ['aws:PrincipalTag/TenantId', 'acme'],
    ['aws:PrincipalIsAWSService', 'false'],
    ['aws:ViaAWSService', 'false'],
  ])('a session has %s %s', (name, value) => {
    expect(holds({ StringEquals: { [name]: value } }, {}, { TenantId: 'acme' })).toBe(true);
  });

  test('a user has a name, without its path, and a session has none', () => {
    const named = policy(statement({ Condition: { StringEquals: { 'aws:username': 'ada' } } }));
    expect(authorize(user(named), request()).allowed).toBe(true);
    expect(holds({ Null: { 'aws:username': 'true' } }, {})).toBe(true);
  });
});

describe('reasons', () => {
  test('an Allow that misses says what of it did not match, with the values', () => {
    const own = policy(
      statement({
        Sid: 'OwnKey',
        Condition: {
          StringEquals: { 'aws:ResourceTag/TenantId': '${aws:PrincipalTag/TenantId}' },
          Null: { 'kms:EncryptionContextKeys': 'false' },
        },
      }),
    );
    const context = { 'aws:ResourceTag/TenantId': 'acme' };
    const decision = authorize(session({ TenantId: 'globex' }, own), request({ context }));
    expect(explain(decision)).toBe(
      'refused: no Allow matches; Role/Policy OwnKey: ' +
        'StringEquals aws:ResourceTag/TenantId is "acme", must be "globex" ("${aws:PrincipalTag/TenantId}"); ' +
        'Null kms:EncryptionContextKeys is absent, must be present',
    );
    const untagged = authorize(session({}, own), request({ context }));
    expect(explain(untagged)).toContain(
      'must be "${aws:PrincipalTag/TenantId}", which has no value',
    );
  });

  test('sets and negations are told apart', () => {
    const own = policy(
      statement({
        Condition: {
          'ForAllValues:StringLike': { 'aws:TagKeys': ['a*', 'b'] },
          'ForAnyValue:StringEquals': { 'aws:TagKeys': 'c' },
          StringNotEquals: { 'aws:PrincipalTag/t': 'x' },
        },
      }),
    );
    const context = { 'aws:TagKeys': ['a1', 'd'] };
    expect(authorize(session({ t: 'x' }, own), request({ context })).reasons).toEqual([
      'Role/Policy #0: ForAllValues:StringLike aws:TagKeys is ["a1", "d"], each must be like "a*" or "b"; ' +
        'ForAnyValue:StringEquals aws:TagKeys is ["a1", "d"], one must be "c"; ' +
        'StringNotEquals aws:PrincipalTag/t is "x", must not be "x"',
    ]);
  });

  test('a Deny says which condition it met', () => {
    const guard = keyPolicyOf(
      statement({ Principal: '*' }),
      deny({
        Principal: '*',
        Condition: { StringNotEquals: { 'aws:PrincipalTag/TenantId': 'acme' } },
      }),
    );
    expect(explain(authorize(session({ TenantId: 'globex' }), request(), guard))).toBe(
      'refused by key policy statement No (explicit Deny): key policy No: ' +
        'denies kms:Decrypt where StringNotEquals aws:PrincipalTag/TenantId "acme" (it is "globex")',
    );
  });

  test('an Allow through the account names both statements', () => {
    const delegating = keyPolicyOf(statement({ Sid: 'Account', Principal: { AWS: root } }));
    expect(explain(authorize(user(everything), request(), delegating))).toBe(
      "allowed by Role/Policy statement Everything; key policy Account: lets the account's IAM policies count",
    );
  });

  test('a resource that does not match is named, and nothing at all is said so', () => {
    const other = policy(statement({ Resource: 'arn:aws:s3:::x' }));
    expect(explain(authorize(user(other), request()))).toContain(
      `Role/Policy #0: Resource is "arn:aws:s3:::x", the request is for "${key}"`,
    );
    expect(explain(authorize(user(), request()))).toBe(
      'refused: no Allow matches; the caller has no policy: no Allow of kms:Decrypt for this caller',
    );
  });

  test('a value of a request cannot command the terminal, and is cut', () => {
    const own = policy(
      statement({ Condition: { StringEquals: { 'kms:EncryptionContext:a': 'x' } } }),
    );
    const value = `\u001b[2J\u009b2J\u202e${'y'.repeat(1000)}`;
    const text = explain(
      authorize(user(own), request({ context: { 'kms:EncryptionContext:a': value } })),
    );
    expect(text).toContain('\\u001b[2J\\u009b2J\\u202ey');
    expect(text.length).toBeLessThan(500);
  });
});

describe('properties', () => {
  const condition = fc.constantFrom(
    undefined,
    { StringEquals: { 'aws:PrincipalTag/t': 'a' } },
    { StringNotEquals: { 'aws:PrincipalTag/t': '${aws:RequestTag/t}' } },
    { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*'] } },
    { Null: { 'aws:RequestTag/t': 'true' } },
  );
  const body = fc.record({
    Action: fc.constantFrom('*', 'kms:*', 'kms:Encrypt', 'kms:De*'),
    Resource: fc.constantFrom('*', key, 'arn:aws:kms:*:*:alias/*'),
    condition,
  });
  const build = ({ condition: Condition, ...rest }: { condition: object | undefined }) =>
    Condition === undefined ? rest : { ...rest, Condition };
  const principals = fc.constantFrom(
    '*',
    { AWS: root },
    { AWS: tenantRole },
    { AWS: '444455556666' },
  );
  const effect = fc.constantFrom('Allow', 'Deny');
  const statements = fc.array(
    fc.record({ body, effect }).map(({ body, effect }) => ({ ...build(body), Effect: effect })),
    { minLength: 1, maxLength: 4 },
  );
  const keyStatements = fc.array(
    fc.record({ body, effect, principals }).map(({ body, effect, principals }) => ({
      ...build(body),
      Effect: effect,
      Principal: principals,
    })),
    { minLength: 1, maxLength: 4 },
  );
  const value = fc.constantFrom('a', 'ab', '');
  const asked = fc.record({
    action: fc.constantFrom('kms:Encrypt', 'kms:Decrypt', 'kms:TagResource'),
    tags: fc.oneof(
      fc.constant({} as Record<string, string>),
      value.map((t) => ({ t })),
    ),
    context: fc.record(
      { 'aws:RequestTag/t': value, 'aws:TagKeys': fc.array(value, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
  });
  const decide = (
    { action, tags, context }: { action: string; tags: Record<string, string>; context: object },
    identity: object[],
    resource?: object[],
    of = key,
  ) =>
    authorize(
      session(tags, ...(identity.length > 0 ? [policy(...identity)] : [])),
      request({ action, resource: of, context: { ...context } }),
      resource === undefined ? undefined : keyPolicyOf(...resource),
    );

  test("across accounts what is allowed is what both accounts allow, each asked beside an open other's", () => {
    const foreign = key.replace(accountId, '444455556666');
    const open = statement({ Principal: '*' });
    fc.assert(
      fc.property(asked, statements, keyStatements, (question, own, theirs) => {
        const { allowed } = decide(question, own, theirs, foreign);
        const bySides =
          decide(question, own, [open], foreign).allowed &&
          decide(question, [statement({})], theirs, foreign).allowed;
        expect(allowed).toBe(bySides);
        expect(decide(question, own, undefined, foreign).allowed).toBe(false);
        expect(decide(question, [], theirs, foreign).allowed).toBe(false);
      }),
    );
  });

  test('adding a Deny never turns a refusal into an allow', () => {
    fc.assert(
      fc.property(
        asked,
        statements,
        keyStatements,
        body,
        principals,
        (question, own, theirs, added, Principal) => {
          const before = decide(question, own, theirs).allowed;
          const extra = { ...build(added), Effect: 'Deny' };
          const after = [
            decide(question, [...own, extra], theirs).allowed,
            decide(question, own, [...theirs, { ...extra, Principal }]).allowed,
          ];
          if (!before) expect(after).toEqual([false, false]);
        },
      ),
    );
  });

  test('adding an Allow never turns an allow into a refusal', () => {
    fc.assert(
      fc.property(
        asked,
        statements,
        keyStatements,
        body,
        principals,
        (question, own, theirs, added, Principal) => {
          const extra = { ...build(added), Effect: 'Allow' };
          if (!decide(question, own, theirs).allowed) return;
          expect(decide(question, [...own, extra], theirs).allowed).toBe(true);
          expect(decide(question, own, [...theirs, { ...extra, Principal }]).allowed).toBe(true);
        },
      ),
    );
  });

  test('the order of statements decides nothing', () => {
    fc.assert(
      fc.property(asked, statements, keyStatements, (question, own, theirs) => {
        const decision = decide(question, own, theirs);
        const reversed = decide(question, [...own].reverse(), [...theirs].reverse());
        expect(reversed.kind).toBe(decision.kind);
      }),
    );
  });

  test('an allow always has a matching Allow, and a refusal says why', () => {
    fc.assert(
      fc.property(asked, statements, keyStatements, (question, own, theirs) => {
        const decision = decide(question, own, theirs);
        const allows = [...own, ...theirs].some(({ Effect }) => Effect === 'Allow');
        if (decision.allowed) expect(allows).toBe(true);
        else expect(decision.reasons.length).toBeGreaterThan(0);
      }),
    );
  });
});
