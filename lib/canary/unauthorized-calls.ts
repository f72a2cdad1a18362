/**
 * For alarms on any unauthorized call in the account, as the CIS benchmark has them (Security Hub's CloudWatch.2): their
 * pattern without the canary's calls, which are there to be refused. Invariant: nobody else's calls are left out. The
 * sessions named here are opened by the canary alone; a session of that name of any other role counts.
 */
import { Fn, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { canaryTenants } from '../../contract/canary-tenants.ts';
import { all, any, is, isNoneOf } from '../monitoring/log-metric-filter.ts';

export interface CanarySessions {
  readonly canaryRoleArn: string;
  /** ARNs of the roles of which it opens sessions, each named after one of its tenants */
  readonly sessionRoleArns: readonly string[];
}

/** What the names of the canary's tenants have in common, and no tenant's id has: a pattern has 1,024 characters. */
const sessionNames = `${canaryTenants[0].slice(0, canaryTenants[0].indexOf('_'))}_*`;

export function unauthorizedCallsPattern(
  scope: Construct,
  { canaryRoleArn, sessionRoleArns }: CanarySessions,
): string {
  const { account } = Stack.of(scope);
  const session = (roleArn: string, name: string) =>
    `*:${account}:assumed-role/${Fn.select(1, Fn.split('/', roleArn))}/${name}`;
  const unauthorized = any(
    is('$.errorCode', '*UnauthorizedOperation'),
    is('$.errorCode', 'AccessDenied*'),
  );
  const ofCanary = [
    session(canaryRoleArn, '*'),
    ...sessionRoleArns.map((arn) => session(arn, sessionNames)),
  ];
  return all(unauthorized, isNoneOf('$.userIdentity.arn', ofCanary)).logPatternString;
}
