/** The local stack that everything but the loading is measured on, with a record of the calls that AWS got. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { cryptoEnvironment } from '../contract/environment.ts';
import type { EnvironmentOf } from '../lib/functions/bundled-function.ts';
import { callApi, tokenFor } from '../local/demo/api.ts';
import type { Caller } from '../local/iam/caller.ts';
import { type LocalStack, startStack } from '../local/stack.ts';
import type { Role } from '../local/sts/role.ts';

/** Of one kind of work. */
export interface CallCounts {
  readonly kms: number;
  /** of the session broker */
  readonly lambda: number;
  readonly sts: number;
  readonly dynamodb: number;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface BenchTenant {
  readonly tenantId: string;
  readonly keyArn: string;
  /** of scope `tenant-keys/crypto` */
  readonly token: string;
}

export interface BenchStack {
  readonly local: LocalStack;
  onboard(tenantId: string): Promise<BenchTenant>;
  /** a session as STS gives it to the data plane, without a call to STS */
  sessionOf(tenantId: string): Credentials;
  /** what the crypto function gets from Lambda and from the stack, with the limits of its caches left out */
  functionVariables(): Promise<FunctionVariables>;
  /** what the indexer gets from Lambda and from the stack */
  indexerVariables(): Promise<Record<string, string>>;
  /** @returns the calls that AWS got while the work went on, and what became of the work */
  counted<T>(work: () => Promise<T>): Promise<{ readonly counts: CallCounts; readonly result: T }>;
}

/** Of the function's caches, as the stack's configuration has them where nobody says otherwise. */
export const defaultLimits = {
  REGISTRY_TTL_SECONDS: '5',
  DATA_KEY_MAX_AGE_SECONDS: '300',
  DATA_KEY_MAX_MESSAGES: '100000',
  DATA_KEY_MAX_BYTES: String(2 ** 30),
};

type FunctionVariables = Readonly<Record<string, string>> &
  Omit<EnvironmentOf<typeof cryptoEnvironment>, keyof typeof defaultLimits>;

/** @throws Error where the stack does not start */
export async function openBenchStack(): Promise<BenchStack> {
  const services: string[] = [];
  // The indexer follows what is measured, in its own time: its calls are no request's.
  const isIndexers = (caller?: Caller) => caller?.principalArn.includes('AuditIndexer');
  const local = await startStack({
    apiPort: 0,
    awsPort: 0,
    issuerPort: 0,
    onCall: ({ service, caller }) => {
      if (!isIndexers(caller)) services.push(service);
    },
  });
  const countOf = (service: string, since: number) =>
    services.slice(since).filter((each) => each === service).length;
  return {
    local,
    async onboard(tenantId) {
      const admin = await tokenFor(local, 'tenant-keys/admin');
      const { status, json } = await callApi(local, 'PUT', `/tenants/${tenantId}`, admin, {});
      if (status !== 201) throw new Error(`onboarding answered ${status}: ${JSON.stringify(json)}`);
      const token = await tokenFor(local, 'tenant-keys/crypto', tenantId);
      return { tenantId, keyArn: String(json.keyArn), token };
    },
    sessionOf: (tenantId) =>
      issued(local, roleNamed(local, 'TenantRole'), tenantId, { TenantId: tenantId }),
    functionVariables: () => functionVariables(local),
    indexerVariables: () => indexerVariables(local),
    async counted(work) {
      const since = services.length;
      const result = await work();
      const names = ['kms', 'lambda', 'sts', 'dynamodb'] as const;
      const counts = Object.fromEntries(names.map((name) => [name, countOf(name, since)]));
      return { counts: counts as unknown as CallCounts, result };
    },
  };
}

async function functionVariables(local: LocalStack): Promise<FunctionVariables> {
  return {
    ...systemVariables(local, 'DataPlaneRole'),
    TABLE_NAME: await tableNamed(local, 'TenantTable'),
    MAC_KEY_TABLE_NAME: await tableNamed(local, 'MacKeyTable'),
    ISSUERS: JSON.stringify([
      { issuer: local.issuer, audiences: ['tenant-keys'], tenantClaim: ['tenant_id'] },
    ]),
    SESSION_BROKER_NAME: functionNamed(local, 'SessionBroker'),
    TENANT_ISOLATION: 'true',
  };
}

async function indexerVariables(local: LocalStack): Promise<Record<string, string>> {
  return {
    ...systemVariables(local, 'AuditIndexerRole'),
    TABLE_NAME: await tableNamed(local, 'TenantTable'),
    AUDIT_TABLE_NAME: await tableNamed(local, 'AuditTable'),
    AUDIT_RETENTION_DAYS: '365',
    ACCOUNT_ID: local.accountId,
    CONTROL_PLANE_ROLE_ARN: roleNamed(local, 'ControlPlaneRole').arn,
    RECONCILER_ROLE_ARN: roleNamed(local, 'ReconcilerRole').arn,
    CERTIFICATES_ROLE_ARN: roleNamed(local, 'CertificatesRole').arn,
    TENANT_ROLE_ARN: roleNamed(local, 'TenantRole').arn,
    TRAIL_LOG_GROUP: 'trail',
    TENANTS_LOG_GROUP: 'tenants',
    CRYPTO_LOG_GROUP: 'crypto',
    CERTIFICATES_LOG_GROUP: 'certificates',
    AUDIT_LOG_GROUP: 'audit',
    ACCESS_LOG_GROUP: 'access',
  };
}

function systemVariables(local: LocalStack, role: string): Record<string, string> {
  const session = issued(local, roleNamed(local, role), 'bench');
  return {
    AWS_ENDPOINT_URL: local.aws,
    AWS_REGION: local.region,
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
  };
}

async function tableNamed(local: LocalStack, part: string): Promise<string> {
  const { aws: endpoint, region, operator: credentials } = local;
  const dynamodb = new DynamoDB({ endpoint, region, credentials });
  const { TableNames } = await dynamodb.listTables({});
  dynamodb.destroy();
  return TableNames?.find((name) => name.includes(part)) ?? '';
}

function issued(
  { deployment }: LocalStack,
  role: Role,
  sessionName: string,
  tags: Readonly<Record<string, string>> = {},
): Credentials {
  const {
    accessKeyId,
    secretAccessKey,
    sessionToken = '',
  } = deployment.issue(role, sessionName, tags);
  return { accessKeyId, secretAccessKey, sessionToken };
}

function functionNamed({ deployment }: LocalStack, part: string): string {
  const found = [...deployment.functions.values()].find(({ name }) => name.includes(part));
  if (found === undefined) throw new Error(`no function of the template is named ${part}`);
  return found.name;
}

function roleNamed({ deployment }: LocalStack, part: string): Role {
  const role = [...deployment.roles.values()].find(({ name }) => name.includes(part));
  if (role === undefined) throw new Error(`no role of the template is named ${part}`);
  return role;
}
