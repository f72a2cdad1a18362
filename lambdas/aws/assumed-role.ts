/** A session of a role, as STS gives it. */
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type STSClient,
} from '@aws-sdk/client-sts';

/** As the SDK's clients take them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** @throws the SDK's errors */
export async function assumeRole(
  sts: STSClient,
  input: AssumeRoleCommandInput,
): Promise<RoleCredentials> {
  const { Credentials: given } = await sts.send(new AssumeRoleCommand(input));
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
    throw new Error('STS gave no credentials');
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiration: given.Expiration,
  };
}
