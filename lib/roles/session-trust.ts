/**
 * Roles of which each session is one tenant's. Invariant: a session carries the tenant's id as its one tag and
 * as its name, and without that tag a role can do nothing.
 */
import { ArnPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { tenantIdTag } from '../../contract/tenant-id.ts';

/** Without a tag on the session the variable has no value, and without it no StringEquals is ever true. */
export const ownTenant = `\${aws:PrincipalTag/${tenantIdTag}}`;

/** The trust policy of such a role. What is added to it before the synthesis counts as well. */
export class SessionTrust {
  readonly document: PolicyDocument;
  readonly #statements: readonly PolicyStatement[];

  /** @param openerArn of the role that opens sessions of any tenant */
  constructor(openerArn: string) {
    const opener = new ArnPrincipal(openerArn);
    this.#statements = [sessionNamedAfterTenant(opener), onlyTagTenantId(opener)];
    this.document = new PolicyDocument({ statements: [...this.#statements] });
  }

  /**
   * Trusts another opener by the same statements, so that what these let through, they let through for both; and by
   * a Deny for all tenants but these. Where there is no tag, StringNotEquals is true.
   */
  alsoOpens(openerArn: string, sid: string, tenantIds: readonly string[]): void {
    const opener = new ArnPrincipal(openerArn);
    for (const statement of this.#statements) statement.addPrincipals(opener);
    this.document.addStatements(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [opener],
        actions: ['sts:AssumeRole'],
        conditions: { StringNotEquals: { [`aws:RequestTag/${tenantIdTag}`]: tenantIds } },
      }),
    );
  }
}

/**
 * The name makes CloudTrail's ARNs tell the tenant. Without a tag the variable has no value and nothing
 * equals it; an empty tag equals no session name, which has 2 characters at least.
 */
const sessionNamedAfterTenant = (opener: ArnPrincipal) =>
  new PolicyStatement({
    sid: 'SessionIsNamedAfterTenant',
    principals: [opener],
    actions: ['sts:AssumeRole'],
    conditions: {
      StringEquals: { 'sts:RoleSessionName': `\${aws:RequestTag/${tenantIdTag}}` },
    },
  });

/**
 * TagSession is asked for only where tags are passed, so ForAllValues never meets an absent key here.
 * It compares with regard to case, which IAM does not do when it looks a tag up. sts:RoleSessionName is
 * no condition key of TagSession. A transitive tag would outlive the session in a role that it assumes.
 */
const onlyTagTenantId = (opener: ArnPrincipal) =>
  new PolicyStatement({
    sid: 'OnlyTagIsTenantId',
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
