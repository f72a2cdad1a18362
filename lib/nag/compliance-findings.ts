/**
 * Which findings of cdk-nag's compliance packs are acknowledged. Invariant: each is acknowledged for one type of resource,
 * or for one resource, with a reason. They go with the construct, into whatever app it is used in; findings of AwsSolutions are
 * acknowledged beside their constructs. docs/security.md lists them all.
 */
import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Call it when all constructs in it are there: it acknowledges findings on each. */
export function acknowledgeComplianceFindings(scope: Construct): void {
  for (const construct of scope.node.findAll().filter(CfnResource.isCfnResource)) {
    for (const finding of acknowledgements.filter((one) => concerns(one, construct)))
      for (const pack of finding.packs)
        acknowledge(construct, { [`${pack}-${finding.rule}`]: finding.reason });
  }
}

const nist = 'NIST.800.53.R5';
const hipaa = 'HIPAA.Security';
const pci = 'PCI.DSS.321';

interface Acknowledgement {
  readonly rule: string;
  readonly packs: readonly string[];
  readonly types: readonly string[];
  /** the end of the construct's path, where it is acknowledged for one resource only */
  readonly at?: string;
  readonly reason: string;
}

const concerns = (
  { types, at = '' }: Acknowledgement,
  { cfnResourceType, node }: CfnResource,
): boolean => types.includes(cfnResourceType) && node.path.endsWith(at);

const lambda = ['AWS::Lambda::Function'];
const stage = ['AWS::ApiGateway::Stage'];
const bucket = ['AWS::S3::Bucket'];

const acknowledgements: readonly Acknowledgement[] = [
  {
    rule: 'IAMNoInlinePolicy',
    packs: [nist, hipaa, pci],
    types: ['AWS::IAM::Role', 'AWS::IAM::Policy'],
    reason:
      'Each policy is for one role, written and reviewed with it in this repository; a managed policy could be attached to other principals. There are no users and no groups.',
  },
  {
    rule: 'LambdaInsideVPC',
    packs: [nist, hipaa, pci],
    types: lambda,
    reason:
      'No function listens on a network: it runs only for who may invoke it by IAM, holds no connection into a VPC, and calls AWS over TLS with signed requests, the issuer over TLS. IAM and key policies guard the data, which a VPC would not do.',
  },
  {
    rule: 'LambdaConcurrency',
    packs: [nist, hipaa],
    types: lambda,
    reason:
      'The stage throttles calls before they reach a function. What to reserve depends on the quota of the account and on its other functions, so it is for the operator to decide.',
  },
  {
    rule: 'LambdaDLQ',
    packs: [nist, hipaa],
    types: lambda,
    reason:
      'A caller waits for each answer (API Gateway, CloudFormation) and sees a failure; what a failed run by schedule left is done by the next; what the indexer cannot write goes to a queue of its own.',
  },
  {
    rule: 'APIGWAssociatedWithWAF',
    packs: [nist, pci],
    types: stage,
    reason:
      'Bodies are opaque base64 in which rules of a web ACL find nothing; requests are authorized, validated strictly and throttled. An operator may attach a web ACL to the stage.',
  },
  {
    rule: 'APIGWCacheEnabledAndEncrypted',
    packs: [nist, hipaa, pci],
    types: stage,
    reason:
      'There is no cache, so nothing to encrypt: one would keep plaintexts and data keys outside of the functions and answer after a tenant was suspended.',
  },
  {
    rule: 'APIGWExecutionLoggingEnabled',
    packs: [nist, hipaa, pci],
    types: stage,
    reason:
      'Execution logs would hold headers, tokens among them, and may hold bodies. The access log has a line for each request, the functions log one each, and CloudTrail records each call of KMS.',
  },
  {
    rule: 'APIGWSSLEnabled',
    packs: [nist, hipaa, pci],
    types: stage,
    reason:
      'A client certificate shows an HTTP backend that API Gateway calls it. The backends are Lambda functions, which it invokes by IAM, over no connection of ours.',
  },
  {
    rule: 'APIGWXrayEnabled',
    packs: [hipaa],
    types: stage,
    reason:
      'Traces are sampled, so they are no record of activity, and would hold paths with tenant ids under no key of this stack. The access log and CloudTrail record every request and every call of KMS.',
  },
  {
    rule: 'DynamoDBInBackupPlan',
    packs: [nist, hipaa],
    types: ['AWS::DynamoDB::Table'],
    reason:
      'The table has continuous backups for 35 days (point-in-time recovery), deletion protection, and is retained. Backup plans and their vaults belong to the account, whose plan may include the table.',
  },
  {
    rule: 'S3BucketReplicationEnabled',
    packs: [nist, hipaa, pci],
    types: bucket,
    reason:
      'Where a second copy of audit data may lie (region, account, jurisdiction) is for the operator to decide; versions are kept, and S3 keeps each in three availability zones. Files of the trail are locked as well.',
  },
  {
    rule: 'S3DefaultEncryptionKMS',
    packs: [nist, hipaa, pci],
    types: bucket,
    at: 'AuditTrail/AccessLogs/Resource',
    reason:
      'S3 delivers access logs only to a bucket that is encrypted with keys of S3 (AES-256), which this one is.',
  },
];
