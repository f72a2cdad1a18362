/**
 * The role of which the session broker opens a session for an auditor who reads the events of all tenants. Invariant: a
 * session reads the index of all events and nothing else; it is no tenant's, and one that has a tenant's tag can do
 * nothing.
 */
import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import {
  ArnPrincipal,
  CfnRole,
  Effect,
  type IRole,
  PolicyDocument,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allEventsIndex } from '../../contract/table-schema.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';

export interface AllEventsReaderRoleProps {
  readonly auditTable: ITable;
  /** the session broker's execution role, which alone opens sessions */
  readonly brokerRole: IRole;
}

export class AllEventsReaderRole extends Construct {
  readonly roleArn: string;

  constructor(scope: Construct, id: string, { auditTable, brokerRole }: AllEventsReaderRoleProps) {
    super(scope, id);
    // The plain resource: the Role construct writes a trust statement of its own.
    const role = new CfnRole(this, 'Role', {
      description: "tenant-keys: an auditor's sessions, for the audit events of all tenants",
      assumeRolePolicyDocument: new PolicyDocument({
        statements: [opensWithoutTags(brokerRole.roleArn)],
      }),
      maxSessionDuration: Duration.hours(1).toSeconds(),
      policies: [
        {
          policyName: 'Policy',
          policyDocument: new PolicyDocument({
            statements: [readAllEvents(auditTable), nothingForATenant()],
          }),
        },
      ],
    });
    this.roleArn = role.attrArn;
  }
}

/** Without sts:TagSession, which passing a tag takes besides (IAM User Guide, "Pass session tags in AWS STS"). */
const opensWithoutTags = (brokerArn: string) =>
  new PolicyStatement({
    sid: 'OpensWithoutTags',
    principals: [new ArnPrincipal(brokerArn)],
    actions: ['sts:AssumeRole'],
  });

const readAllEvents = ({ tableArn }: ITable) =>
  new PolicyStatement({
    sid: 'ReadAllEvents',
    actions: ['dynamodb:Query'],
    resources: [`${tableArn}/index/${allEventsIndex}`],
  });

/** So that no Allow that is added later, here or in the trust policy, makes a tenant's session one that reads all. */
const nothingForATenant = () =>
  new PolicyStatement({
    sid: 'NothingForATenant',
    effect: Effect.DENY,
    actions: ['*'],
    resources: ['*'],
    conditions: { Null: { [`aws:PrincipalTag/${tenantIdTag}`]: 'false' } },
  });
