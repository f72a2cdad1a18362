/** What the policies of all keys that sign have in common. Invariant: one role signs, and no grant lets another. */
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';

export const nobodyElseSigns = (roleArn: string) =>
  new PolicyStatement({
    sid: 'NobodyElseSigns',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:Sign'],
    resources: ['*'],
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
  });

/** A grant to sign would count beside all policies. */
export const nobodyGrants = () =>
  new PolicyStatement({
    sid: 'NobodyGrants',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['kms:CreateGrant'],
    resources: ['*'],
  });
