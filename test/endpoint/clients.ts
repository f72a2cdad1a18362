/** Clients of one identity at the endpoint under test. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { type Credentials, STS } from '@aws-sdk/client-sts';
import type { Arguments } from './arguments.ts';

export type Destination = Pick<Arguments, 'endpoint' | 'region'>;

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Clients {
  readonly kms: KMS;
  readonly sts: STS;
  readonly dynamodb: DynamoDB;
}

/** The identity that runs this. */
export interface Caller extends Clients {
  readonly iam: IAM;
}

/** An endpoint that does not answer must end the run, not hold it. */
const requestHandler = {
  connectionTimeout: 3000,
  requestTimeout: 20_000,
  throwOnRequestTimeout: true,
};

const configurationOf = ({ endpoint, region }: Destination, credentials?: Keys) => ({
  region,
  requestHandler,
  ...(endpoint !== undefined && { endpoint }),
  ...(credentials && { credentials }),
});

export function clientsOf(destination: Destination, keys?: Keys): Clients {
  const configuration = configurationOf(destination, keys);
  return {
    kms: new KMS(configuration),
    sts: new STS(configuration),
    dynamodb: new DynamoDB(configuration),
  };
}

export const callerOf = (destination: Destination, keys?: Keys): Caller => ({
  ...clientsOf(destination, keys),
  iam: new IAM(configurationOf(destination, keys)),
});

/**
 * Credentials of a default profile are for AWS alone: another endpoint only gets what was set for it.
 * @returns undefined where the SDK finds the credentials itself
 */
export function callerKeys(
  { endpoint }: Destination,
  { AWS_ACCESS_KEY_ID, AWS_PROFILE }: NodeJS.ProcessEnv,
): Keys | undefined {
  const chosen = AWS_ACCESS_KEY_ID ?? AWS_PROFILE;
  if (endpoint === undefined || chosen !== undefined) return undefined;
  return { accessKeyId: 'test', secretAccessKey: 'test' };
}

/** @throws Error where STS gave none */
export function keysOf(credentials: Credentials | undefined): Keys {
  const { AccessKeyId, SecretAccessKey, SessionToken } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error('STS gave no credentials');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}
