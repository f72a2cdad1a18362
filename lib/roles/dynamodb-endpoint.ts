import type { Stack } from 'aws-cdk-lib';

/** @returns what `kms:ViaService` is when DynamoDB calls KMS for one of its callers */
export const dynamodbEndpoint = (stack: Stack): string =>
  `dynamodb.${stack.region}.${stack.urlSuffix}`;
