/** What is opened by a lost guard is found and done, by whoever the question is about. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { replayerOn } from '../../../prove/replay/replayer.ts';
import type { Solver } from '../../../prove/solver/solver.ts';
import { z3 } from '../../../prove/solver/z3.ts';
import { accountId } from '../../harness/account.ts';
import {
  adding,
  changedStack,
  questionOf,
  stating,
  unconditional,
  without,
} from './changed-stack.ts';

let solver: Solver;
beforeAll(async () => {
  solver = await z3(3000);
});
afterAll(() => solver.close());

const careless = {
  Sid: 'Careless',
  Effect: 'Allow',
  Principal: { AWS: accountId },
  Action: 'kms:*',
  Resource: '*',
} as const;

test.each([
  [
    "an administrator signs with the template's own certificate key",
    {
      CertificateKey: stating((all) => [
        ...all.filter(({ Sid }) => Sid !== 'NobodyElseSigns'),
        careless,
      ]),
    },
    '7.2',
    'another principal of the account, on the certificate key',
    'kms:sign',
  ],
  [
    "the session broker's role opens a session outside of its function",
    { SessionBrokerRoleOpenSessions: without('OnlyInItsFunction') },
    '4',
    'SessionBrokerRole opens a session of TenantRole outside of its function',
    'sts:assumerole',
  ],
  [
    'who keeps baselines writes events',
    { VolumesRole: unconditional('KeepBaselines') },
    '6.3',
    'a session of VolumesRole',
    'dynamodb:putitem',
  ],
  [
    'the indexer tags keys',
    {
      AuditIndexerRole: adding({
        Sid: 'Tag',
        Effect: 'Allow',
        Action: 'kms:TagResource',
        Resource: '*',
      }),
    },
    '3',
    'a session of AuditIndexerRole: kms:TagResource',
    'kms:tagresource',
  ],
  [
    "a tenant's session reads any row",
    { TenantRole: unconditional('ReadOwnRow') },
    '2',
    'a session of TenantRole, on anything that has no policy of its own',
    'dynamodb:getitem',
  ],
])('%s', async (_, changes, id, about, action) => {
  const open = await changedStack(changes);
  const question = questionOf(open, id, about);
  const found = await replayerOn(open, solver)(question, { verdict: 'unknown', model: new Map() });
  expect(found?.model.get('request action')).toBe(action);
  expect(found?.replayed).toMatchObject({ outcome: 'confirmed', isCarriedOut: true });
});
