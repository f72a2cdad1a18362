/** What the cases are tried in: a deployed template with three tenants, and clients of every principal. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { KMS } from '@aws-sdk/client-kms';
import { Lambda } from '@aws-sdk/client-lambda';
import { STS } from '@aws-sdk/client-sts';
import { keyPolicy } from '../../contract/key-policy.ts';
import type { Credentials } from '../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../local/aws/call.ts';
import { systemClock } from '../../local/clock.ts';
import { type Deployment, deploy } from '../../local/deployment.ts';
import { parsePolicy } from '../../local/iam/policy-document.ts';
import type { FunctionDefinition } from '../../local/lambda/template.ts';
import { localAccount } from '../../local/stack.ts';
import type { Role } from '../../local/sts/role.ts';
import { sessionOf } from '../../local/sts/session.ts';
import { readTemplate, type Template } from '../../local/template/template.ts';
import { everything } from '../harness/account.ts';
import type { Clients, Harness, Situation, Tenant } from './cases/case.ts';

// One id begins with another; each tenant is a neighbour of the other two.
const tenantIds = ['acme', 'acme2', 'globex'];

export type Document = Record<string, unknown> & { Statement: Statement[] };
export type Statement = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: a template is JSON that each test looks into
export type TemplateDocument = { Resources: Record<string, any> } & Record<string, unknown>;

export interface HarnessOptions {
  readonly template: TemplateDocument;
  readonly situation: Situation;
  /** changes each tenant's key policy before its key is made */
  readonly mutateKeyPolicy?: (document: Document) => void;
  readonly onCall?: (call: FinishedCall) => void;
}

export interface OpenHarness extends Harness {
  readonly deployment: Deployment;
  close(): Promise<void>;
}

const careless = {
  Sid: 'Careless',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${localAccount.accountId}:root` },
  Action: 'kms:*',
  Resource: '*',
};

/** @returns the logical id of the only resource of the type whose id begins with the prefix */
export function logicalIdOf(template: TemplateDocument, type: string, prefix: string): string {
  const found = Object.entries(template.Resources)
    .filter(([id, resource]) => resource.Type === type && id.startsWith(prefix))
    .map(([id]) => id);
  if (found.length !== 1) throw new Error(`${prefix}: ${found.length} resources of type ${type}`);
  return found[0] as string;
}

/** @throws what AWS says, where even a tenant's own session cannot encrypt */
export async function openHarness(options: HarnessOptions): Promise<OpenHarness> {
  const { situation } = options;
  const document = structuredClone(options.template);
  if (situation.startsWith('role-open')) {
    openRole(document, 'TenantRole');
    openRole(document, 'AuditReaderRole');
    openRole(document, 'AllEventsReaderRole');
  }
  if (situation === 'control-open') openRole(document, 'ControlPlaneRole');
  const template = readTemplate(document, localAccount);
  const deployment = await deploy({
    template,
    clock: systemClock,
    port: 0,
    ...(options.onCall && { onCall: options.onCall }),
  });
  try {
    return await populate(deployment, document, template, options);
  } catch (error) {
    await deployment.close();
    throw error;
  }
}

async function populate(
  deployment: Deployment,
  document: TemplateDocument,
  template: Template,
  { situation, mutateKeyPolicy }: HarnessOptions,
): Promise<OpenHarness> {
  const role = (prefix: string): Role => {
    const id = logicalIdOf(document, 'AWS::IAM::Role', prefix);
    return deployment.roles.get(template.identity(id).attributes.Arn as string) as Role;
  };
  const tenantRole = role('TenantRole');
  const readerRole = role('AuditReaderRole');
  const allReaderRole = role('AllEventsReaderRole');
  const controlRole = role('ControlPlaneRole');
  const keyPolicyOf = (tenantId: string) => {
    const deployed = keyPolicy({
      tenantId,
      partition: localAccount.partition,
      accountId: localAccount.accountId,
      tenantRoleArn: tenantRole.arn,
      controlPlaneRoleArn: controlRole.arn,
      deletionWindowInDays: 30,
    });
    // Not by structuredClone, which keeps an object that two statements share one object.
    const policy: Document = JSON.parse(JSON.stringify(deployed));
    mutateKeyPolicy?.(policy);
    if (situation.endsWith('key-careless')) policy.Statement.push(careless);
    if (situation.endsWith('key-undenied')) {
      policy.Statement = policy.Statement.filter(({ Effect }) => Effect === 'Allow');
    }
    const open = situation === 'key-open' || situation === 'control-open';
    return JSON.stringify(open ? { ...policy, Statement: [careless] } : policy);
  };

  const as = (credentials: Credentials) => clientsFor(deployment, credentials);
  const inFunction = (name: string, passed?: string) => {
    const definition = functionOf(deployment, document, template, name);
    const { roleArn } = definition;
    return as(deployment.issueTo({ ...definition, roleArn: passed ? role(passed).arn : roleArn }));
  };
  const operator = as(deployment.operator);
  const foreign = await operator.kms.createKey({});
  const tableName = tableOf(template, 'TenantTable');
  const macKeyTableName = tableOf(template, 'MacKeyTable');
  const auditTableName = tableOf(template, 'AuditTable');
  const productKey = keyOf(template, 'ProductKey');
  const certificateKey = keyOf(template, 'CertificateKey');
  const postQuantumKey = keyOf(template, 'PostQuantumKey');
  const tenants: Tenant[] = [];
  for (const tenantId of tenantIds) {
    const session = as(deployment.issue(tenantRole, tenantId, { TenantId: tenantId }));
    const reader = as(deployment.issue(readerRole, tenantId, { TenantId: tenantId }));
    const keyArn = await onboard(operator, {
      tenantId,
      tableName,
      macKeyTableName,
      auditTableName,
      keyPolicyOf,
    });
    const ciphertext = await encrypted(session, tenantId, keyArn);
    tenants.push(Object.assign(session, { tenantId, keyArn, ciphertext, reader }));
  }
  return {
    deployment,
    close: () => deployment.close(),
    tenants,
    untagged: as(deployment.issue(tenantRole, 'untagged')),
    // When they are needed: a role that trusts Lambda no longer has no function.
    get broker() {
      return inFunction('FunctionsSessionBroker');
    },
    get dataPlane() {
      return inFunction('FunctionsCrypto');
    },
    get audit() {
      return inFunction('FunctionsAudit');
    },
    brokerArn: functionOf(deployment, document, template, 'FunctionsSessionBroker').arn,
    controlPlane: as(deployment.issue(controlRole, 'tenants')),
    authorizer: as(deployment.issue(role('AuthorizerRole'), 'authorizer')),
    reconciler: as(deployment.issue(role('ReconcilerRole'), 'reconciler')),
    certificates: as(deployment.issue(role('CertificatesRole'), 'certificates')),
    declaredTenants: as(deployment.issue(role('DeclaredTenantsRole'), 'declared-tenants')),
    untaggedReader: as(deployment.issue(readerRole, 'untagged')),
    allReader: as(deployment.issue(allReaderRole, 'AllTenants')),
    taggedAllReader: as(deployment.issue(allReaderRole, 'acme', { TenantId: 'acme' })),
    indexer: as(deployment.issue(role('AuditIndexerRole'), 'indexer')),
    decryptAnomalies: as(deployment.issue(role('VolumesRole'), 'decrypt-anomalies')),
    canary: as(deployment.issue(role('CanaryRole'), 'canary')),
    functionArns: [...deployment.functions.keys()],
    inFunction,
    outside: (prefix) => as(deployment.issue(role(prefix), 'outside')),
    operator,
    impostor: as(deployment.issue(impostorRole(tenantRole), 'admin')),
    tableName,
    macKeyTableName,
    auditTableName,
    indexerFailuresArn: queueOf(template),
    tenantRoleArn: tenantRole.arn,
    auditReaderRoleArn: readerRole.arn,
    allEventsReaderRoleArn: allReaderRole.arn,
    roleArns: [...deployment.roles.keys()],
    caller: (prefix) => sessionOf(role(prefix), 'session', { TenantId: 'acme' }),
    productKeyArn: productKey.arn,
    productKeyPolicy: productKey.policy,
    certificateKeyArn: certificateKey.arn,
    certificateKeyPolicy: certificateKey.policy,
    postQuantumKeyArn: postQuantumKey.arn,
    postQuantumKeyPolicy: postQuantumKey.policy,
    issuerKeys: keysOf(template, 'OwnIssuerKey'),
    tenantTrustPolicy: tenantRole.trustPolicy,
    auditReaderTrustPolicy: readerRole.trustPolicy,
    administratorPolicies,
    foreignKeyArn: foreign.KeyMetadata?.Arn as string,
    keyPolicyOf,
  };
}

/** The sort key of the one event that each tenant has. */
const eventKey = '2026-01-31T12:00:00.000Z/kms/1';

const administratorPolicies = [
  parsePolicy({ Version: '2012-10-17', Statement: everything }, 'Administrator'),
];

/** Administrators may tag roles, their own included. */
const impostorRole = (like: Role): Role => ({
  ...like,
  arn: `arn:aws:iam::${localAccount.accountId}:role/Administrator`,
  name: 'Administrator',
  identityPolicies: administratorPolicies,
  tags: { TenantId: 'acme' },
});

/** Adds a statement that allows everything to a role of the template. */
function openRole(document: TemplateDocument, prefix: string): void {
  const role = document.Resources[logicalIdOf(document, 'AWS::IAM::Role', prefix)];
  role.Properties.Policies = [
    ...(role.Properties.Policies ?? []),
    { PolicyName: 'Open', PolicyDocument: { Version: '2012-10-17', Statement: [everything] } },
  ];
}

async function onboard(
  operator: Clients,
  {
    tenantId,
    tableName,
    macKeyTableName,
    auditTableName,
    keyPolicyOf,
  }: Pick<Harness, 'tableName' | 'macKeyTableName' | 'auditTableName' | 'keyPolicyOf'> & {
    tenantId: string;
  },
): Promise<string> {
  const { KeyMetadata } = await operator.kms.createKey({
    Policy: keyPolicyOf(tenantId),
    Tags: [
      { TagKey: 'TenantId', TagValue: tenantId },
      { TagKey: 'ManagedBy', TagValue: 'tenant-keys' },
    ],
  });
  const keyArn = KeyMetadata?.Arn as string;
  await operator.dynamodb.putItem({
    TableName: tableName,
    Item: { tenantId: { S: tenantId }, keyArn: { S: keyArn } },
  });
  await operator.dynamodb.putItem({
    TableName: macKeyTableName,
    Item: { tenantId: { S: tenantId }, purpose: { S: 'user/email' } },
  });
  await operator.dynamodb.putItem({
    TableName: auditTableName,
    Item: {
      tenantId: { S: tenantId },
      eventKey: { S: eventKey },
      eventShard: { S: 'all/0' },
      eventOrder: { S: `${eventKey}/${tenantId}` },
    },
  });
  return keyArn;
}

async function encrypted(session: Clients, tenantId: string, keyArn: string): Promise<Uint8Array> {
  const { CiphertextBlob } = await session.kms.encrypt({
    KeyId: keyArn,
    Plaintext: new TextEncoder().encode(`a secret of ${tenantId}`),
    EncryptionContext: { TenantId: tenantId },
  });
  return CiphertextBlob as Uint8Array;
}

/** Each client is made when it is first used: most cases use few of a hundred. */
function clientsFor(deployment: Deployment, credentials: Credentials): Clients {
  const configuration = {
    endpoint: deployment.url,
    region: localAccount.region,
    credentials,
    maxAttempts: 1,
  };
  const kms = once(() => new KMS(configuration));
  const sts = once(() => new STS(configuration));
  const dynamodb = once(() => new DynamoDB(configuration));
  const events = once(() => new EventBridge(configuration));
  const lambda = once(() => new Lambda(configuration));
  return {
    get kms() {
      return kms();
    },
    get sts() {
      return sts();
    },
    get dynamodb() {
      return dynamodb();
    },
    get events() {
      return events();
    },
    get lambda() {
      return lambda();
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** @param name its ARN, or the beginning of its logical id */
function functionOf(
  { functions }: Deployment,
  document: TemplateDocument,
  template: Template,
  name: string,
): FunctionDefinition {
  const arnOf = () => {
    const id = logicalIdOf(document, 'AWS::Lambda::Function', name);
    return template.identity(id).attributes.Arn as string;
  };
  return functions.get(name) ?? (functions.get(arnOf()) as FunctionDefinition);
}

function tableOf(template: Template, prefix: string): string {
  const table = template
    .ofType('AWS::DynamoDB::Table')
    .find(({ logicalId }) => logicalId.startsWith(prefix));
  return template.identity(table?.logicalId as string).ref;
}

function queueOf(template: Template): string {
  const [queue] = template.ofType('AWS::SQS::Queue');
  return template.identity(queue?.logicalId as string).attributes.Arn as string;
}

type TemplateKey = ReturnType<typeof keysOf>[number];

const keyOf = (template: Template, prefix: string): TemplateKey =>
  keysOf(template, prefix)[0] as TemplateKey;

const keysOf = (template: Template, prefix: string) =>
  template
    .ofType('AWS::KMS::Key')
    .filter(({ logicalId }) => logicalId.startsWith(prefix))
    .map(({ logicalId, properties }) => ({
      arn: template.identity(logicalId).attributes.Arn as string,
      policy: parsePolicy(properties.KeyPolicy, prefix, 'resource'),
    }));
