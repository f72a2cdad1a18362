/**
 * Feature flags of CDK that decide what our template is, held for this construct alone: in whatever app it is used, and
 * whatever that app's own flags are. Each was found by comparing templates with and without it; test/lib/host/feature-flags.test.ts
 * holds that these are all.
 */
import type { IConstruct } from 'constructs';

const flags = {
  // Without it S3's access logs need an ACL, which a bucket with an enforced owner refuses.
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  // Without it a changed authorizer is not deployed.
  '@aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId': true,
  // Without it drift detection finds the stage modified, always.
  '@aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard': true,
};

/** @param scope which has no children yet */
export function holdFeatureFlags(scope: IConstruct): void {
  for (const [flag, value] of Object.entries(flags)) scope.node.setContext(flag, value);
}
