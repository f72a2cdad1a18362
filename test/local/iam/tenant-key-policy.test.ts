/** The product's own key policy under the evaluator. */

import { describe, expect, test } from '@jest/globals';
import { cryptographicActions, keyPolicy, tenantActions } from '../../../contract/key-policy.ts';
import { authorize } from '../../../local/iam/authorize.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import type { ConditionContext } from '../../../local/iam/decision.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { accountId } from '../../harness/account.ts';
import { policy, request, session, statement, tenantRole, user } from './example.ts';

const controlPlaneRole = `arn:aws:iam::${accountId}:role/control-plane`;
const acmeKey = parsePolicy(
  keyPolicy({
    tenantId: 'acme',
    partition: 'aws',
    accountId,
    tenantRoleArn: tenantRole,
    controlPlaneRoleArn: controlPlaneRole,
    deletionWindowInDays: 14,
  }),
  'key policy of acme',
  'resource',
);

const everything = policy(statement({}));
const admin = user(everything);
/** Even with every right that IAM can give. */
const tenant = (tags: Record<string, string>) => session(tags, everything);
const acme = tenant({ TenantId: 'acme' });
const controlPlane: Caller = {
  arn: `arn:aws:sts::${accountId}:assumed-role/control-plane/run`,
  principalArn: controlPlaneRole,
  accountId,
  userId: 'AROACONTROL:run',
  tags: {},
  identityPolicies: [],
};

const naming = (context: Record<string, string>): ConditionContext => ({
  ...Object.fromEntries(
    Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]),
  ),
  'kms:EncryptionContextKeys': Object.keys(context),
});
const ask = (caller: Caller, action: string, context = naming({ TenantId: 'acme' })) =>
  authorize(caller, request({ action, context }), acmeKey);

/** `kms:ReEncrypt*` and the like as an action that a request could be for. */
const concrete = cryptographicActions.map((action) => action.replace('*', 'From'));

describe("a tenant's key", () => {
  test.each(tenantActions)('its session may %s with its id in the encryption context', (action) => {
    expect(ask(acme, action).allowed).toBe(true);
  });

  test.each(tenantActions)('its session may not %s without an identity Allow', (action) => {
    expect(ask(session({ TenantId: 'acme' }), action)).toMatchObject({
      allowed: false,
      side: 'identity',
    });
  });

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ["a neighbour's id", { TenantId: 'globex' }],
    ['the id under another spelling', { tenantid: 'acme' }],
    ['the id with more behind it', { TenantId: 'acme2' }],
    ['two spellings with two ids', { TenantId: 'acme', tenantid: 'globex' }],
  ])('its session may not decrypt with %s in the encryption context', (_, context) => {
    expect(ask(acme, 'kms:Decrypt', naming(context))).toMatchObject({ kind: 'implicit-deny' });
  });

  test.each<[string, Record<string, string>]>([
    ["a neighbour's session", { TenantId: 'globex' }],
    ['a session without a tag', {}],
    ['a session with an empty tag', { TenantId: '' }],
    ['a session tagged *', { TenantId: '*' }],
    ['a session tagged acme2', { TenantId: 'acme2' }],
    ['a session tagged ACME', { TenantId: 'ACME' }],
    ['a session tagged with a variable', { TenantId: '${aws:PrincipalTag/TenantId}' }],
  ])('%s is denied every action', (_, tags) => {
    for (const action of [
      ...tenantActions,
      'kms:DescribeKey',
      'kms:PutKeyPolicy',
      'kms:CreateGrant',
    ]) {
      const decision = ask(tenant(tags), action);
      expect([action, decision.kind, decision.by?.statement]).toEqual([
        action,
        'explicit-deny',
        'NeighbourTouchesNothing',
      ]);
    }
  });

  test.each(concrete)('an administrator with every right may not %s', (action) => {
    expect(ask(admin, action)).toMatchObject({
      kind: 'explicit-deny',
      side: 'resource',
      by: { statement: 'NobodyElseUses' },
    });
  });

  test.each(['kms:DescribeKey', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion', 'kms:GetKeyPolicy'])(
    'an administrator may %s, by IAM',
    (action) => {
      expect(ask(admin, action, {}).allowed).toBe(true);
      expect(ask(user(), action, {})).toMatchObject({ allowed: false, side: 'identity' });
      expect(ask(acme, action)).toMatchObject({ by: { statement: 'TenantSessionOnlyUses' } });
    },
  );

  test('the control plane administers without an identity policy, and does not use', () => {
    expect(ask(controlPlane, 'kms:EnableKeyRotation', {}).allowed).toBe(true);
    expect(ask(controlPlane, 'kms:Decrypt').by?.statement).toBe('NobodyElseUses');
    expect(ask(controlPlane, 'kms:TagResource', {}).allowed).toBe(false);
  });

  test.each<[string | undefined, boolean]>([
    ['7', false],
    ['13', false],
    ['14', true],
    ['30', true],
    // KMS's default is 30.
    [undefined, true],
  ])(
    'with a window of %s days its deletion is allowed to an administrator: %s',
    (days, allowed) => {
      const window = days && { 'kms:ScheduleKeyDeletionPendingWindowInDays': days };
      for (const caller of [admin, controlPlane]) {
        const decision = ask(caller, 'kms:ScheduleKeyDeletion', { ...window });
        expect(decision.allowed).toBe(allowed);
        if (!allowed) expect(decision.by?.statement).toBe('NobodyDeletesHastily');
      }
    },
  );

  test('nobody grants', () => {
    for (const caller of [admin, controlPlane, acme]) {
      expect(ask(caller, 'kms:CreateGrant', {}).kind).toBe('explicit-deny');
    }
  });
});
