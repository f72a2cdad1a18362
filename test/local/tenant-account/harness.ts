/** A deployment of a small template in the product's account, with clients of its roles and of the tenant's account. */
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { type Credentials as IssuedCredentials, STS } from '@aws-sdk/client-sts';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import { systemClock } from '../../../local/clock.ts';
import type { TrailEvent } from '../../../local/cloudtrail/event.ts';
import { type DeploymentOptions, deploy } from '../../../local/deployment.ts';
import type { Role } from '../../../local/sts/role.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { account, document, role } from '../small-template.ts';

export const ours = account.accountId;
export const theirs = '222222222222';
export const rootOf = (accountId: string) => ({ AWS: `arn:aws:iam::${accountId}:root` });

/** The tenant's role, by its path and name. */
export const tenantRole = `arn:aws:iam::${theirs}:role/tenant-keys/acme`;

const everyKeyOfTheirs = `arn:aws:kms:${account.region}:${theirs}:key/*`;

const template = readTemplate(
  {
    Resources: {
      // As the tenant role will be: only the tenant's own role there, by the session's tag.
      TenantRole: role({
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Resource: `arn:aws:iam::${theirs}:role/tenant-keys/\${aws:PrincipalTag/TenantId}`,
      }),
      User: role(
        { Effect: 'Allow', Action: 'kms:*', Resource: everyKeyOfTheirs },
        { Effect: 'Allow', Action: 'sts:*', Resource: `arn:aws:iam::${theirs}:role/*` },
      ),
      Powerless: role(),
    },
  },
  account,
);

/** @returns the ARN of a role of the template */
export const ourRole = (logicalId: string) => template.identity(logicalId).attributes.Arn as string;

export const policyText = (...statements: object[]) => JSON.stringify(document(...statements));

const atHome = { Effect: 'Allow', Principal: rootOf(theirs), Action: 'kms:*', Resource: '*' };

/** The policy of a key of the tenant's: the account's own administrator, and what a test adds. */
export const keyPolicy = (...statements: object[]) =>
  policyText(
    { Sid: 'Own', ...atHome },
    ...statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })),
  );

export async function openAccounts(options: Partial<DeploymentOptions> = {}) {
  const events: TrailEvent[] = [];
  const deployment = await deploy({
    template,
    clock: systemClock,
    port: 0,
    onTrailEvent: (event) => events.push(event),
    ...options,
  });
  const { tenantAccount, operator } = deployment;
  const clients = (credentials: Credentials) => {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
    const configuration = {
      endpoint: deployment.url,
      region: account.region,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    };
    return {
      configuration,
      kms: new KMS(configuration),
      iam: new IAM(configuration),
      sts: new STS(configuration),
    };
  };
  const tenant = clients(tenantAccount.operator);
  return {
    deployment,
    events,
    clients,
    operator: clients(operator),
    tenant,
    /** @param issued what AssumeRole gave */
    session: (issued: IssuedCredentials | undefined) =>
      clients({
        accessKeyId: issued?.AccessKeyId ?? '',
        secretAccessKey: issued?.SecretAccessKey ?? '',
        sessionToken: issued?.SessionToken ?? '',
      }),
    /** a session of a role of the template */
    as: (logicalId: string, tags: Readonly<Record<string, string>> = {}) =>
      clients(deployment.issue(deployment.roles.get(ourRole(logicalId)) as Role, 'session', tags)),
    /** @returns the ARN of a new key of the tenant's account */
    async key(...statements: object[]): Promise<string> {
      const { KeyMetadata } = await tenant.kms.createKey({ Policy: keyPolicy(...statements) });
      return KeyMetadata?.Arn ?? '';
    },
  };
}

export type Accounts = Awaited<ReturnType<typeof openAccounts>>;

/** @returns `allowed`, or the error's name */
export const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'allowed',
    (error: Error) => error.name,
  );

export const messageOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'allowed',
    (error: Error) => error.message,
  );
