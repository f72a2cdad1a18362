/** A template's keys, roles and tables, served behind its policies on one AWS endpoint. */
import { join } from 'node:path';
import { type Credentials, credentialStore } from './aws/credentials.ts';
import { type AwsEndpoint, type FinishedCall, serveAws } from './aws/endpoint.ts';
import type { Clock } from './clock.ts';
import { dynamodb } from './dynamodb/service.ts';
import type { Caller } from './iam/decision.ts';
import { parsePolicy } from './iam/policy-document.ts';
import { declareKey } from './kms/declared-key.ts';
import { kms } from './kms/service.ts';
import { openKeyStore } from './kms/store.ts';
import type { Role } from './sts/role.ts';
import { sts } from './sts/service.ts';
import { sessionOf } from './sts/session.ts';
import { readKeys } from './template/keys.ts';
import { readRoles } from './template/roles.ts';
import { readTables } from './template/tables.ts';
import type { Template } from './template/template.ts';

export interface DeploymentOptions {
  readonly template: Template;
  readonly clock: Clock;
  /** 0 picks a free one */
  readonly port: number;
  /** where keys and tables are kept; absent: in memory */
  readonly dataDir?: string | undefined;
  readonly onCall?: (call: FinishedCall) => void;
  readonly onError?: (error: unknown, requestId: string) => void;
}

export interface Deployment extends AwsEndpoint {
  /** an administrator of the account: Allow * on * */
  readonly operator: Credentials;
  readonly roles: ReadonlyMap<string, Role>;
  /** @returns credentials of a session of the role, as a service gets them that runs under it */
  issue(role: Role, sessionName: string, tags?: Readonly<Record<string, string>>): Credentials;
}

/** Sessions of services last as long as the stack: nothing renews a worker's environment variables. */
const serviceSession = 365 * 86_400_000;

/** @throws Error for what the template holds and the stack does not understand */
export async function deploy(options: DeploymentOptions): Promise<Deployment> {
  const { template, clock, dataDir } = options;
  const { account } = template;
  const roles = readRoles(template);
  const credentials = credentialStore(clock);
  const store = openKeyStore(dataDir && join(dataDir, 'keys.json'));
  const keys = { ...account, clock, store };
  for (const key of readKeys(template)) {
    declareKey(keys, {
      keyId: key.keyId,
      policy: JSON.stringify(key.KeyPolicy),
      description: key.Description ?? '',
      tags: key.Tags.map((tag) => ({ key: tag.Key, value: tag.Value })),
      rotationPeriodInDays: key.EnableKeyRotation ? key.RotationPeriodInDays : undefined,
      aliases: key.aliases,
    });
  }
  const tables = await dynamodb({ ...account, path: dataDir && join(dataDir, 'tables') });
  for (const table of readTables(template)) await tables.createTable(table);

  const endpoint = await serveAws({
    services: [kms(keys), sts({ clock, credentials, roles }), tables.service],
    credentials,
    clock,
    region: account.region,
    accountId: account.accountId,
    port: options.port,
    ...(options.onCall && { onCall: options.onCall }),
    ...(options.onError && { onError: options.onError }),
  });
  return {
    ...endpoint,
    operator: credentials.issue(operatorOf(account.partition, account.accountId)),
    roles,
    issue: (role, sessionName, tags = {}) =>
      credentials.issue(sessionOf(role, sessionName, tags), {
        expiresAt: new Date(clock.now().getTime() + serviceSession),
      }),
    async close() {
      await endpoint.close();
      await tables.close();
    },
  };
}

function operatorOf(partition: string, accountId: string): Caller {
  const arn = `arn:${partition}:iam::${accountId}:user/operator`;
  const everything = {
    Version: '2012-10-17',
    Statement: [{ Sid: 'Everything', Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  return {
    arn,
    principalArn: arn,
    accountId,
    userId: 'AIDALOCALOPERATOR000',
    tags: {},
    identityPolicies: [parsePolicy(everything, 'AdministratorAccess', 'identity')],
  };
}
