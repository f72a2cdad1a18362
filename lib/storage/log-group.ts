import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * All log groups of this stack are encrypted with its key and outlive it.
 * @param retentionDays one of those that CloudWatch Logs offers
 */
export function logGroup(
  scope: Construct,
  id: string,
  encryptionKey: IKey,
  retentionDays: number,
): LogGroup {
  return new LogGroup(scope, id, {
    encryptionKey,
    retention: retentionDays,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}
