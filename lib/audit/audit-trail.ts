/**
 * The trail: who used which key, when, and who invoked the functions behind the API. Invariant: every management event
 * of every region, reads included (KMS's Encrypt and Decrypt count as reads), is kept in a bucket without public access
 * or plain HTTP. Its files have digests that show a later change, and nobody can delete a version while it is locked.
 * The lock is S3's governance mode: s3:BypassGovernanceRetention lifts it, and the trail records that.
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  type LifecycleRule,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
  TransitionDefaultMinimumObjectSize,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { ownNames } from '../config/own-names.ts';
import { logGroup } from '../storage/log-group.ts';

export interface AuditTrailProps {
  readonly config: Pick<
    Config,
    'trailLockDays' | 'trailArchiveAfterDays' | 'trailLogRetentionDays'
  >;
  readonly key: IKey;
  /** from {@link trailArnOf} */
  readonly trailArn: string;
}

/**
 * Given, not generated: the policies of bucket and key must name the trail before it exists. With the region, since a
 * trail of all regions is there by its name in each of them.
 */
const trailName = (scope: Construct): string =>
  `${ownNames(scope).name}-${Stack.of(scope).region}-trail`;

export const trailArnOf = (scope: Construct): string =>
  Stack.of(scope).formatArn({
    service: 'cloudtrail',
    resource: 'trail',
    resourceName: trailName(scope),
  });

const cloudTrail = new ServicePrincipal('cloudtrail.amazonaws.com');

const managementEvents = { readWriteType: 'All', includeManagementEvents: true };

export class AuditTrail extends Construct {
  readonly trailArn: string;
  readonly logs: LogGroup;
  readonly bucket: Bucket;
  private readonly trail: CfnTrail;

  constructor(scope: Construct, id: string, props: AuditTrailProps) {
    super(scope, id);
    this.bucket = this.lockedBucket(props);
    this.logs = logGroup(this, 'Logs', props.key, props.config.trailLogRetentionDays);
    this.trail = new CfnTrail(this, 'Trail', {
      trailName: trailName(this),
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      eventSelectors: [managementEvents],
      s3BucketName: this.bucket.bucketName,
      kmsKeyId: props.key.keyArn,
      cloudWatchLogsLogGroupArn: this.logs.logGroupArn,
      cloudWatchLogsRoleArn: this.logsRole(this.logs).roleArn,
    });
    // CloudTrail checks that it can write to the bucket when the trail is made.
    if (this.bucket.policy) this.trail.node.addDependency(this.bucket.policy);
    this.trailArn = this.trail.attrArn;
  }

  /** One selector for both: with advanced ones, management events would have to be asked for anew. */
  recordInvocations(functions: readonly IFunction[]): void {
    const values = functions.map(({ functionArn }) => functionArn);
    this.trail.eventSelectors = [
      { ...managementEvents, dataResources: [{ type: 'AWS::Lambda::Function', values }] },
    ];
  }

  private lockedBucket({ config, key, trailArn }: AuditTrailProps): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      ...privateBucket,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      versioned: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(
        Duration.days(config.trailLockDays),
      ),
      lifecycleRules: [archived(config.trailArchiveAfterDays)],
      transitionDefaultMinimumObjectSize:
        TransitionDefaultMinimumObjectSize.ALL_STORAGE_CLASSES_128_K,
      // CDK's own types do not match under exactOptionalPropertyTypes.
      serverAccessLogsBucket: this.accessLogsBucket() as IBucket,
    });
    const sourceArn = { 'aws:SourceArn': trailArn };
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailChecksAcl',
        principals: [cloudTrail],
        actions: ['s3:GetBucketAcl'],
        resources: [bucket.bucketArn],
        conditions: { StringEquals: sourceArn },
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailWrites',
        principals: [cloudTrail],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`)],
        conditions: {
          StringEquals: { ...sourceArn, 's3:x-amz-acl': 'bucket-owner-full-control' },
        },
      }),
    );
    return bucket;
  }

  /** Says who has read or deleted files of the trail's bucket. */
  private accessLogsBucket(): Bucket {
    return new Bucket(this, 'AccessLogs', {
      ...privateBucket,
      // S3 writes access logs to no bucket that is encrypted with a KMS key.
      encryption: BucketEncryption.S3_MANAGED,
      // Nor does it to a bucket with a default Object Lock. Versions keep what is overwritten or deleted.
      versioned: true,
      lifecycleRules: [
        { expiration: Duration.days(365), noncurrentVersionExpiration: Duration.days(90) },
      ],
    });
  }

  /**
   * Its policy is inline, since CloudTrail tries the role when the trail is made. It names no source: CloudTrail supports
   * neither aws:SourceArn nor aws:SourceAccount for this role (user guide, "Role policy document for CloudTrail to use
   * CloudWatch Logs"). Who may pass the role can let another trail of the account write there too; trail-changed says so.
   */
  private logsRole(logs: LogGroup): Role {
    const write = new PolicyStatement({
      sid: 'WriteTrail',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logs.logGroupArn],
    });
    return new Role(this, 'LogsRole', {
      description: 'tenant-keys: CloudTrail writes the trail to its log group',
      assumedBy: cloudTrail,
      inlinePolicies: { Policy: new PolicyDocument({ statements: [write] }) },
    });
  }
}

/**
 * To storage that is cheaper and can still be read at once. S3 leaves objects under 128 kB where they are, since
 * they would cost more there. Nothing expires.
 */
const archived = (afterDays: number): LifecycleRule => ({
  id: 'Archive',
  transitions: [
    {
      storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
      transitionAfter: Duration.days(afterDays),
    },
  ],
});

const privateBucket: BucketProps = {
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
};
