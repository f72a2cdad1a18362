/** A deployment with roles of several rights, its trail, and clients of KMS by their names. */

import { KMS } from '@aws-sdk/client-kms';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { systemClock } from '../../../local/clock.ts';
import type { TrailEvent } from '../../../local/cloudtrail/event.ts';
import { deploy } from '../../../local/deployment.ts';
import type { Role } from '../../../local/sts/role.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account, document, role } from '../small-template.ts';

const template = readTemplate(
  {
    Resources: {
      User: role({ Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*' }),
      Stranger: role({ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }),
      SigningKey: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeySpec: 'ECC_NIST_P256',
          KeyUsage: 'SIGN_VERIFY',
          KeyPolicy: document({
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
            Action: 'kms:*',
            Resource: '*',
          }),
        },
      },
    },
  },
  account,
);

export async function openTrailed() {
  const events: TrailEvent[] = [];
  const calls: FinishedCall[] = [];
  const deployment = await deploy({
    template,
    clock: systemClock,
    port: 0,
    onTrailEvent: (event) => events.push(event),
    onCall: (call) => calls.push(call),
  });
  const client = (credentials: Credentials) => {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
    const keys = { accessKeyId, secretAccessKey, sessionToken };
    const { url: endpoint } = deployment;
    return new KMS({ endpoint, region: account.region, maxAttempts: 1, credentials: keys });
  };
  const roleNamed = (name: string) =>
    [...deployment.roles.values()].find(({ arn }) => arn.endsWith(`-${name}`)) as Role;
  const kms = client(deployment.operator);
  return {
    deployment,
    events,
    calls,
    kms,
    roleNamed,
    as: (name: string, session: string) => client(deployment.issue(roleNamed(name), session)),
    signingKey: template.identity('SigningKey').ref,
    arn: (keyId: string) => `arn:aws:kms:${account.region}:${account.accountId}:key/${keyId}`,
    key: async () => (await kms.createKey({})).KeyMetadata?.KeyId ?? '',
    /** the event of the call that ended last */
    last: () => events.at(-1) as TrailEvent,
  };
}

export type Trailed = Awaited<ReturnType<typeof openTrailed>>;

export const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'success',
    (error: Error) => error.name,
  );
