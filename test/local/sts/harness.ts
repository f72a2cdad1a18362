/** An endpoint with STS and roles to assume. */

import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { Service } from '../../../local/aws/operation.ts';
import { parsePolicy } from '../../../local/iam/policy-document.ts';
import { outboundIssuer } from '../../../local/sts/outbound-issuer.ts';
import type { Role } from '../../../local/sts/role.ts';
import { sts } from '../../../local/sts/service.ts';
import { sessionOf } from '../../../local/sts/session.ts';
import { accountId, region } from '../../harness/account.ts';
import { clientOptions, openEndpoint, type TestEndpoint } from '../aws/harness.ts';

export const arnOf = (role: string): string => `arn:aws:iam::${accountId}:role/${role}`;

export function role(
  name: string,
  trust: readonly object[],
  more: Partial<Role> & { readonly may?: readonly object[] } = {},
): Role {
  const { may = [], ...members } = more;
  return {
    arn: arnOf(name),
    name,
    roleId: `AROA${name.toUpperCase()}`,
    trustPolicy: parsePolicy(
      { Version: '2012-10-17', Statement: trust },
      `${name}/TrustPolicy`,
      'resource',
    ),
    identityPolicies:
      may.length === 0
        ? []
        : [parsePolicy({ Version: '2012-10-17', Statement: may }, `${name}/Policy`, 'identity')],
    tags: {},
    maxSessionDurationSeconds: 43_200,
    ...members,
  };
}

export const trusting = (name: string) => ({ AWS: arnOf(name) });

export async function openSts(roles: readonly Role[], others: readonly Service[] = []) {
  const byArn = new Map(roles.map((each) => [each.arn, each]));
  const issuer = outboundIssuer({ accountId, address: () => endpoint.url });
  const endpoint: TestEndpoint = await openEndpoint(({ clock, credentials }) => [
    sts({ clock, credentials, roles: byArn, region, issuer }),
    ...others,
  ]);
  const client = (credentials: Credentials) =>
    new STSClient(clientOptions(endpoint.url, credentials));
  return {
    ...endpoint,
    issuer,
    client,
    /** credentials as a function has them that runs under the role */
    running: (name: string): Credentials =>
      endpoint.credentials.issue(sessionOf(byArn.get(arnOf(name)) as Role, 'function'), {
        expiresAt: new Date(endpoint.clock.now().getTime() + 86_400_000),
      }),
    assume: async (by: Credentials, input: Partial<AssumeRoleCommandInput>) => {
      const complete = { RoleArn: arnOf('tenant'), RoleSessionName: 'acme', ...input };
      const { Credentials, AssumedRoleUser, SourceIdentity } = await client(by).send(
        new AssumeRoleCommand(complete),
      );
      const credentials = {
        accessKeyId: Credentials?.AccessKeyId as string,
        secretAccessKey: Credentials?.SecretAccessKey as string,
        sessionToken: Credentials?.SessionToken as string,
        expiresAt: Credentials?.Expiration as Date,
      };
      return { credentials, user: AssumedRoleUser, sourceIdentity: SourceIdentity };
    },
  };
}

export type TestSts = Awaited<ReturnType<typeof openSts>>;
