/**
 * Who has a key in a tenant's own account tried, and who tries it. Invariant: the control plane asks the session broker, which
 * wants an administrator's token and gives a verdict; and the broker has no way into such an account that it has not got by a
 * tenant's session, which it opens anyway.
 */

import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { KeyStores } from '../config/key-stores.ts';
import { acknowledge, wildcard } from '../nag/acknowledge.ts';
import { externalRoleArns } from './external-role-arns.ts';

/** What the role of the session client has, for the control plane's. */
export const askForChallenges = (role: Role, brokerArn: string): void => {
  role.addToPrincipalPolicy(
    new PolicyStatement({
      sid: 'AskForChallenges',
      actions: ['lambda:InvokeFunction'],
      resources: [brokerArn],
    }),
  );
};

/**
 * Of the broker's own role, which no role in a tenant's account may trust: only who may ask finds out whether one does. Nothing
 * where no account is configured.
 */
export const trialsOfExternalRoles = (scope: Construct, stores: KeyStores): PolicyStatement[] => {
  const accounts = stores?.awsKmsExternal?.accounts;
  if (accounts === undefined) return [];
  return [
    new PolicyStatement({
      sid: 'TryExternalRoles',
      actions: ['sts:AssumeRole', 'sts:TagSession'],
      resources: externalRoleArns(scope, accounts, '*'),
    }),
  ];
};

export function acknowledgeTrials(policy: Construct, stores: KeyStores): void {
  const accounts = stores?.awsKmsExternal?.accounts ?? [];
  const reason =
    'Of the roles that tenants make in their accounts for this stack: one a tenant, whose trust policy must refuse this role.';
  const findings = externalRoleArns(policy, accounts, '*').map((arn) => [
    wildcard(Stack.of(policy), arn),
    reason,
  ]);
  if (findings.length > 0) acknowledge(policy, Object.fromEntries(findings));
}
