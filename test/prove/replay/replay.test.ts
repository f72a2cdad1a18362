/** A counterexample is tried on a local stack of the same template before anybody is told of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { equal, literal, text, truth } from '../../../prove/formula/formula.ts';
import { replay } from '../../../prove/replay/replay.ts';
import type { ReplayedStack } from '../../../prove/replay/replayed-stack.ts';
import { replayerOn } from '../../../prove/replay/replayer.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import { accountId } from '../../harness/account.ts';
import {
  changedStack,
  isText,
  modelOf,
  questionOf,
  scanning,
  trusting,
  unconditional,
} from './changed-stack.ts';

let solver: Solver;
let deployed: ReplayedStack;
beforeAll(async () => {
  solver = await z3(3000);
  deployed = await changedStack();
});
afterAll(() => solver.close());

/** What the solver's first answer comes to, whatever it is. */
async function tried(stack: ReplayedStack, id: string, about: string) {
  const question = questionOf(stack, id, about);
  return replayerOn(stack, solver)(question, { verdict: 'unknown', model: new Map() });
}

const decrypt = isText('request action', 'kms:decrypt');
const account = { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } };
const trustingAccount = trusting({
  Effect: 'Allow',
  Principal: account,
  Action: ['sts:AssumeRole', 'sts:TagSession'],
});
const keyOpen = "a session of TenantRole, where the key's policy leaves everything to the account";

describe('confirmed', () => {
  test("with both locks off, a session decrypts another tenant's ciphertext", async () => {
    const open = await changedStack({
      TenantRole: unconditional('UseOwnKey'),
    });
    const question = questionOf(open, '1', keyOpen);
    const model = await modelOf(
      solver,
      question,
      decrypt,
      isText('request prove:tenant', 'globex'),
      isText('request aws:principaltag/tenantid', 'acme'),
    );
    expect(await replay(question, model, open)).toEqual({
      outcome: 'confirmed',
      isCarriedOut: true,
      why: expect.stringMatching(
        /^kms:Decrypt .* allowed by TenantRole\w+\/Policy statement UseOwnKey/,
      ),
    });
  });

  test('where its trust policy trusts the account, an administrator opens a session of the tenant role', async () => {
    const open = await changedStack({ TenantRole: trustingAccount });
    const found = await tried(open, '7.5', 'another principal of the account, on TenantRole');
    expect(found?.replayed).toMatchObject({ outcome: 'confirmed', isCarriedOut: true });
  });

  test("a reader who may scan reads every tenant's events", async () => {
    const open = await changedStack({ AuditReaderRole: scanning });
    const about = 'a session of AuditReaderRole, on anything that has no policy of its own';
    const found = await tried(open, '2', about);
    expect(found?.model.get('request action')).toBe('dynamodb:scan');
    expect(found?.replayed).toMatchObject({
      outcome: 'confirmed',
      isCarriedOut: true,
      why: expect.stringContaining('statement Scan'),
    });
  });
});

describe('not confirmed', () => {
  test('where the stack refuses what is not modelled: the sentence names it', async () => {
    const open = await changedStack({
      TenantRole: trusting({
        Sid: 'FromTheOffice',
        Effect: 'Allow',
        Principal: account,
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      }),
    });
    const found = await tried(open, '7.5', 'another principal of the account, on TenantRole');
    expect(found?.replayed.outcome).toBe('not confirmed');
    expect(found?.replayed.why).toMatch(/refused: .* IpAddress aws:SourceIp/);
    expect(found?.replayed.why).toMatch(
      /not modelled, and so free for the solver: TenantRole\w+\/TrustPolicy FromTheOffice#\d IpAddress aws:SourceIp$/,
    );
  });

  test('where nothing explains it: formulas and stack disagree, and the sentence says so', async () => {
    const { template } = deployed;
    const { policies } = await changedStack({ AuditReaderRole: scanning });
    const about = 'a session of AuditReaderRole, on anything that has no policy of its own';
    const found = await tried({ template, policies }, '2', about);
    expect(found?.replayed.outcome).toBe('not confirmed');
    expect(found?.replayed.why).toMatch(/the formulas and the local stack disagree$/);
  });
});

describe('not replayable', () => {
  const everybody = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' };
  const withKeyForEverybody = (): ReplayedStack => ({
    ...deployed,
    policies: {
      ...deployed.policies,
      tenantKeyPolicy: { name: 'TenantKey', statements: [everybody as never] },
    },
  });

  test.each([
    ['a principal of another account', /one account/],
    ['a service of AWS by itself', /no service of AWS/],
  ])('%s', async (about, why) => {
    const open = withKeyForEverybody();
    const question = questionOf(open, '1', about);
    const arn = about.endsWith('account') ? 'arn:aws:iam::999999999999:role/Mallory' : '';
    const isWho = ['request caller', 'request aws:principalarn'].map((name) => isText(name, arn));
    const isTenant = isText('request prove:tenant', 'globex');
    const model = await modelOf(solver, question, decrypt, isTenant, ...isWho);
    const replayed = await replay(question, model, open);
    expect(replayed).toMatchObject({ outcome: 'not replayable', why: expect.stringMatching(why) });
  });

  test('an action that there is not', async () => {
    const open = withKeyForEverybody();
    const question = questionOf(open, '1', 'a session of CanaryRole');
    const model = await modelOf(solver, question, isText('request action', 'kms:generatedatakeyx'));
    expect(await replay(question, model, open)).toMatchObject({
      outcome: 'not replayable',
      why: 'there is no replay of kms:generatedatakeyx',
    });
  });

  test('a key that no request can set', async () => {
    const open = withKeyForEverybody();
    const about = 'a session of CanaryRole';
    const question = questionOf(open, '1', about);
    const through = {
      ...question,
      counterexample: [...question.counterexample, truth('request has kms:viaservice')],
    };
    const model = await modelOf(solver, through, decrypt);
    expect(await replay(through, model, open)).toMatchObject({
      outcome: 'not replayable',
      why: expect.stringContaining('has kms:viaservice is false, in the model true'),
    });
  });

  test('what AWS refuses before it asks the policies', async () => {
    const open = await changedStack({ TenantRole: trustingAccount });
    const question = questionOf(open, '7.5', 'another principal of the account, on TenantRole');
    const name = text('request sts:rolesessionname');
    const model = await modelOf(
      solver,
      question,
      isText('request action', 'sts:assumerole'),
      isText('request resource', open.policies.role('TenantRole').arn),
      isText('request aws:principalarn', `arn:aws:iam::${accountId}:role/Administrator`),
      isText('request caller', `arn:aws:iam::${accountId}:role/Administrator`),
      truth('request has sts:rolesessionname'),
      equal(name, literal('x')),
    );
    expect(await replay(question, model, open)).toMatchObject({
      outcome: 'not replayable',
      why: expect.stringMatching(/^the policies were not asked about it: .*roleSessionName/),
    });
  });
});
