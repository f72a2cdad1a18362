import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** All log groups of this stack are encrypted with its key and outlive it. */
export function logGroup(
  scope: Construct,
  id: string,
  encryptionKey: IKey,
  retention = RetentionDays.ONE_YEAR,
): LogGroup {
  return new LogGroup(scope, id, {
    encryptionKey,
    retention,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}
