/**
 * What the roles have in common of which each session is for one tenant. Invariant: a session has the tenant's id as
 * its only tag and as its name, passes the tag on to no other, and without the tag can do nothing.
 */
import {
  AnyPrincipal,
  ArnPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { tenantIdTag } from '../../contract/tenant-id.ts';

/** Without the tag on the session this variable has no value, and StringEquals is never true. */
export const ownTenant = `\${aws:PrincipalTag/${tenantIdTag}}`;

/** The trust policy of such a role. Statements can be added until the synthesis. */
export class SessionTrust {
  readonly document: PolicyDocument;
  readonly #broker: ArnPrincipal;
  readonly #statements: readonly PolicyStatement[];

  /** @param brokerArn of the role that opens sessions of every tenant */
  constructor(brokerArn: string) {
    this.#broker = new ArnPrincipal(brokerArn);
    this.#statements = [sessionNamedAfterTenant(this.#broker), onlyTagTenantId(this.#broker)];
    this.document = new PolicyDocument({ statements: [...this.#statements, noTagIsPassedOn()] });
  }

  /**
   * Trusts the canary by the same statements as the broker, so that a loss of one shows with both, and denies it all
   * tenants but its own: as itself, and where it has become the broker's role, in a session that must have the tag of
   * one of them. StringNotEquals is true where there is no tag.
   */
  alsoOpensForCanary(canaryArn: string, tenantIds: readonly string[]): void {
    const canary = new ArnPrincipal(canaryArn);
    for (const statement of this.#statements) statement.addPrincipals(canary);
    const otherTenants = { StringNotEquals: { [`aws:RequestTag/${tenantIdTag}`]: tenantIds } };
    const ofCanary = { StringEquals: { [`aws:PrincipalTag/${tenantIdTag}`]: tenantIds } };
    const denies = (sid: string, principal: ArnPrincipal, conditions: object) =>
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [principal],
        actions: ['sts:AssumeRole'],
        conditions: { ...conditions },
      });
    this.document.addStatements(
      denies('CanaryOpensItsOwnOnly', canary, otherTenants),
      denies('CanaryAsBrokerOpensItsOwnOnly', this.#broker, { ...otherTenants, ...ofCanary }),
    );
  }
}

/**
 * So the ARNs in CloudTrail name the tenant. Without a tag the variable has no value and nothing equals it. An empty
 * tag equals no session name, which has at least 2 characters.
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
 * STS checks TagSession only where tags are passed, so ForAllValues never meets an absent key here. It compares
 * with regard to case, which IAM does not when it looks up a tag. TagSession has no condition key
 * sts:RoleSessionName.
 */
const onlyTagTenantId = (opener: ArnPrincipal) =>
  new PolicyStatement({
    sid: 'OnlyTagIsTenantId',
    principals: [opener],
    actions: ['sts:TagSession'],
    conditions: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [tenantIdTag] },
    },
  });

/**
 * A transitive tag would go on to the sessions of roles that this one assumes, which could not take another. A Deny of
 * the key's presence: an Allow on its absence would hold wherever the key is not given, and any other Allow would pass
 * it by. Both actions have the key (Service Authorization Reference, AWS STS). ForAnyValue is false without a value.
 */
const noTagIsPassedOn = () =>
  new PolicyStatement({
    sid: 'NoTagIsPassedOn',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['sts:AssumeRole', 'sts:TagSession'],
    conditions: { 'ForAnyValue:StringLike': { 'sts:TransitiveTagKeys': '*' } },
  });

/** The Null is there since ForAllValues is true where there is no partition key (IAM User Guide, set operators). */
export const ownPartitionOnly = {
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [ownTenant] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
};

/** So that no Allow that is added later works for a session without a tenant. */
export const nothingWithoutTenant = () =>
  new PolicyStatement({
    sid: 'NothingWithoutTenant',
    effect: Effect.DENY,
    actions: ['*'],
    resources: ['*'],
    conditions: { Null: { [`aws:PrincipalTag/${tenantIdTag}`]: 'true' } },
  });
