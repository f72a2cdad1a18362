/**
 * How a replay could say `confirmed` of what nobody should: by a request that the stack refused, or by another one than
 * the model's. The models are made by hand, since a solver gives none of them.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { replay } from '../../../prove/replay/replay.ts';
import type { ReplayedStack } from '../../../prove/replay/replayed-stack.ts';
import { wantedOf } from '../../../prove/replay/wanted.ts';
import { accountId } from '../../harness/account.ts';
import { adding, changedStack, questionOf, trusting } from './changed-stack.ts';

let deployed: ReplayedStack;
beforeAll(async () => {
  deployed = await changedStack();
});

type Values = Readonly<Record<string, string | boolean | number>>;
const modelOf = (values: Values) =>
  new Map(Object.entries(values).map(([name, value]) => [`request ${name}`, value]));

const exactly = "kms:encryptioncontextkeys has 'TenantId'";
const otherwise = 'kms:encryptioncontextkeys has another';
const tag = 'aws:principaltag/tenantid';
const context = 'kms:encryptioncontext:tenantid';

/** What globex's own session does with globex's own key. */
const own: Values = {
  action: 'kms:encrypt',
  'prove:tenant': 'globex',
  'has prove:tenant': true,
  'has aws:resourcetag/tenantid': true,
  'aws:resourcetag/tenantid': 'globex',
  [`has ${tag}`]: true,
  [tag]: 'globex',
  [`has ${context}`]: true,
  [context]: 'globex',
  [exactly]: true,
  'session name': 'globex',
};
const about = 'a session of TenantRole';

describe('not confirmed, though the stack allows it:', () => {
  test('the use that the theorem allows', async () => {
    const replayed = await replay(questionOf(deployed, '1', about), modelOf(own), deployed);
    expect(replayed.outcome).toBe('not replayable');
  });

  test('a caller with a tag that no session of its role can have', async () => {
    const open = await changedStack({
      AuditIndexerRole: adding({
        Effect: 'Allow',
        Action: 'kms:TagResource',
        Resource: '*',
        Condition: { StringEquals: { 'aws:PrincipalTag/TenantId': 'globex' } },
      }),
    });
    const question = questionOf(open, '3', 'a session of AuditIndexerRole: kms:TagResource');
    const model = modelOf({ ...own, action: 'kms:tagresource' });
    expect((await replay(question, model, open)).outcome).toBe('not replayable');
  });

  test("a key that is another tenant's than its tag says", async () => {
    const model = modelOf({ ...own, 'aws:resourcetag/tenantid': 'acme' });
    const replayed = await replay(questionOf(deployed, '1', about), model, deployed);
    expect(replayed).toMatchObject({ outcome: 'not replayable' });
  });
});

describe('not confirmed, since the stack refuses it:', () => {
  test.each<[string, Values]>([
    ["another tenant's session", { [tag]: 'acme', 'session name': 'acme' }],
    ['a session without a tag', { [`has ${tag}`]: false }],
    ['a context of another tenant', { [context]: 'acme' }],
    ['no context', { [`has ${context}`]: false, [exactly]: false }],
    ['a context that is written otherwise', { [exactly]: false, [otherwise]: true }],
  ])('%s', async (_, values) => {
    const model = modelOf({ ...own, ...values });
    const replayed = await replay(questionOf(deployed, '1', about), model, deployed);
    expect(replayed.outcome).not.toBe('confirmed');
  });

  test('AssumeRole that passes a tag, where TagSession is refused', async () => {
    const account = { AWS: `arn:aws:iam::${accountId}:root` };
    const open = await changedStack({
      TenantRole: trusting({ Effect: 'Allow', Principal: account, Action: 'sts:AssumeRole' }),
    });
    const arn = `arn:aws:iam::${accountId}:role/Administrator`;
    const model = modelOf({
      action: 'sts:assumerole',
      resource: open.policies.role('TenantRole').arn,
      'aws:principalarn': arn,
      'aws:principalaccount': accountId,
      'prove:tenant': 'globex',
      'has prove:tenant': true,
      'has aws:requesttag/tenantid': true,
      'aws:requesttag/tenantid': 'globex',
    });
    const question = questionOf(open, '7.5', 'another principal of the account, on TenantRole');
    expect(await replay(question, model, open)).toEqual({
      outcome: 'not confirmed',
      why: expect.stringMatching(
        /^sts:TagSession .* refused: .* the question is of sts:AssumeRole, the request needs both$/,
      ),
    });
  });
});

describe('what is sent is written as the model has it:', () => {
  const named = (values: Values) => {
    const wanted = wantedOf(questionOf(deployed, '1', about), modelOf({ ...own, ...values }));
    return {
      context: wanted.named('kms:EncryptionContext:', 'kms:EncryptionContextKeys'),
      tags: wanted.named('aws:PrincipalTag/'),
    };
  };

  test.each<[string, Values, object]>([
    ['the name that is in the list', {}, { TenantId: 'globex' }],
    ['one that is not', { [exactly]: false, [otherwise]: true }, { tenantId: 'globex' }],
    ['an empty value', { [context]: '' }, { TenantId: '' }],
    ['none', { [`has ${context}`]: false, [exactly]: false }, {}],
  ])('%s', (_, values, expected) => {
    expect(named(values).context).toEqual(expected);
  });

  test('a list that has another name as well, or alone', () => {
    const question = questionOf(
      deployed,
      '4',
      'SessionBrokerRole opens a session of TenantRole with another name, another tag or a transitive one',
    );
    const passed = { 'has aws:requesttag/tenantid': true, 'aws:requesttag/tenantid': 'globex' };
    const listed = { "aws:tagkeys has 'TenantId'": true, 'aws:tagkeys has another': true };
    const tagsOf = (values: Values) =>
      wantedOf(question, modelOf(values)).named('aws:RequestTag/', 'aws:TagKeys');
    expect(tagsOf({ ...passed, ...listed })).toEqual({ TenantId: 'globex', another: 'another' });
    expect(tagsOf({ ...passed, 'aws:tagkeys has another': true })).toEqual({ tenantId: 'globex' });
    expect(tagsOf({ 'aws:tagkeys has another': true })).toEqual({ another: 'another' });
  });

  test('a tag that is absent, and one that is empty', () => {
    expect(named({ [`has ${tag}`]: false }).tags).toEqual({});
    expect(named({ [tag]: '' }).tags).toEqual({ TenantId: '' });
  });
});
