/**
 * Roles of which each session is one tenant's. Invariant: a session carries the tenant's id as its one tag and
 * as its name, and without that tag a role can do nothing.
 */
import { type ArnPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { tenantIdTag } from '../lambdas/tenant/tenant-id.ts';

/** Without a tag on the session the variable has no value, and without it no StringEquals is ever true. */
export const ownTenant = `\${aws:PrincipalTag/${tenantIdTag}}`;

/**
 * A trust policy's statements for who opens the sessions.
 * @param sid what the statements' names begin with, where the policy has them for several openers
 * @param tenantIds the only ones that it may open; absent: any
 */
export const trustsOpener = (
  opener: ArnPrincipal,
  { sid = '', tenantIds }: { readonly sid?: string; readonly tenantIds?: readonly string[] } = {},
): PolicyStatement[] => [
  sessionNamedAfterTenant(opener, sid, tenantIds),
  onlyTagTenantId(opener, sid),
];

/**
 * The name makes CloudTrail's ARNs tell the tenant. Without a tag the variable has no value and nothing
 * equals it; an empty tag equals no session name, which has 2 characters at least.
 */
const sessionNamedAfterTenant = (
  opener: ArnPrincipal,
  sid: string,
  tenantIds: readonly string[] | undefined,
) =>
  new PolicyStatement({
    sid: `${sid}SessionIsNamedAfterTenant`,
    principals: [opener],
    actions: ['sts:AssumeRole'],
    conditions: {
      StringEquals: {
        'sts:RoleSessionName': `\${aws:RequestTag/${tenantIdTag}}`,
        ...(tenantIds && { [`aws:RequestTag/${tenantIdTag}`]: tenantIds }),
      },
    },
  });

/**
 * TagSession is asked for only where tags are passed, so ForAllValues never meets an absent key here.
 * It compares with regard to case, which IAM does not do when it looks a tag up. sts:RoleSessionName is
 * no condition key of TagSession. A transitive tag would outlive the session in a role that it assumes.
 */
const onlyTagTenantId = (opener: ArnPrincipal, sid: string) =>
  new PolicyStatement({
    sid: `${sid}OnlyTagIsTenantId`,
    principals: [opener],
    actions: ['sts:TagSession'],
    conditions: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tenantIdTag] },
      Null: { 'sts:TransitiveTagKeys': 'true' },
    },
  });

/** ForAllValues is true where DynamoDB names no partition key, hence Null (IAM User Guide, set operators). */
export const ownPartitionOnly = {
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [ownTenant] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
};

/** So that no Allow that is added one day works for a session of nobody. */
export const nothingWithoutTenant = () =>
  new PolicyStatement({
    sid: 'NothingWithoutTenant',
    effect: Effect.DENY,
    actions: ['*'],
    resources: ['*'],
    conditions: { Null: { [`aws:PrincipalTag/${tenantIdTag}`]: 'true' } },
  });
