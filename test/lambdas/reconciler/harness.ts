/** The stack's policies on the local AWS endpoint, tenants in any status, and the reconciler under its own role. */

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type CreateKeyCommandInput, KMS, KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { keyPolicy } from '../../../contract/key-policy.ts';
import type { Finding } from '../../../lambdas/reconciler/findings.ts';
import type { RateLimitClock } from '../../../lambdas/reconciler/kms-rate-limit.ts';
import { reconcile } from '../../../lambdas/reconciler/reconcile.ts';
import { transition } from '../../../lambdas/tenants/lifecycle/lifecycle.ts';
import type { TransitionRequest } from '../../../lambdas/tenants/lifecycle/transitions.ts';
import { openRegistry } from '../../../lambdas/tenants/registry/registry.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import type { Credentials } from '../../../local/aws/authentication/credentials.ts';
import type { FinishedCall } from '../../../local/aws/call.ts';
import { systemClock } from '../../../local/clock.ts';
import { deploy } from '../../../local/deployment.ts';
import { readTables } from '../../../local/dynamodb/template.ts';
import type { BusEvent } from '../../../local/events/service.ts';
import { localAccount } from '../../../local/stack.ts';
import type { Role } from '../../../local/sts/role.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { kmsAlone } from '../../harness/key-stores.ts';
import { resource, synthesizedTemplate } from '../../harness/synthesized.ts';
import { makeTenantKey } from '../../harness/tenant-key.ts';
import { rowOf } from '../../harness/tenant-row.ts';
import { offboard } from '../tenants/harness.ts';

export type ReconcilerHarness = Awaited<ReturnType<typeof openReconcilerHarness>>;

export interface ReconcileOptions {
  /** called before each call of the reconciler to KMS, with the name of the operation */
  readonly before?: (operation: string) => Promise<void> | void;
  readonly now?: () => number;
  readonly ms?: number;
  /** by default it looks at everything */
  readonly isThorough?: boolean;
  /** the role that sends events, by the beginning of its logical id */
  readonly eventsAs?: string;
}

export const hour = 3_600_000;
/** A time at which all keys are old. */
export const later = () => Date.now() + 2 * hour;

/** The reconciler's rate limits and the quotas of KMS count seconds of two fifths of a second. */
const speed = 2.5;
const fastClock: RateLimitClock = {
  now: () => performance.now() * speed,
  wait: (ms) => wait(ms / speed),
};

export interface HarnessOptions {
  readonly quotas?: boolean;
  readonly dataDir?: string;
}

export async function openReconcilerHarness({ quotas = false, dataDir }: HarnessOptions = {}) {
  const document = await synthesizedTemplate();
  const template = readTemplate({ ...document }, localAccount);
  const events: BusEvent[] = [];
  const calls: FinishedCall[] = [];
  const deployment = await deploy({
    template,
    clock: systemClock,
    port: 0,
    quotas,
    quotaNow: fastClock.now,
    dataDir,
    onCall: (call) => calls.push(call),
    onEvent: (event) => events.push(event),
  });
  const roleOf = (prefix: string): Role => {
    const [id] = resource(document, 'AWS::IAM::Role', prefix);
    return deployment.roles.get(template.identity(id).attributes.Arn as string) as Role;
  };
  const clientOf = (credentials: Credentials) => ({
    endpoint: deployment.url,
    region: localAccount.region,
    credentials,
  });
  const tableName = readTables(template)[0]?.TableName as string;
  const [macKeyTable] = resource(document, 'AWS::DynamoDB::Table', 'MacKeyTable');
  const macKeyTableName = template.identity(macKeyTable).ref;
  const operator = clientOf(deployment.operator);
  const kms = new KMS({ ...operator, maxAttempts: 10 });
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(operator));
  const keyPolicyOf = (tenantId: string) =>
    keyPolicy({
      tenantId,
      partition: localAccount.partition,
      accountId: localAccount.accountId,
      tenantRoleArn: roleOf('TenantRole').arn,
      controlPlaneRoleArn: roleOf('ControlPlaneRole').arn,
      deletionWindowInDays: 30,
    });

  const [certificateKey] = resource(document, 'AWS::KMS::Key', 'CertificateKey');
  const [productKey] = resource(document, 'AWS::KMS::Key', 'ProductKey');
  const harness = {
    kms,
    /** KMS for a role of the stack, by the beginning of the role's logical id */
    kmsAs: (prefix: string) => new KMS(clientOf(deployment.issue(roleOf(prefix), 'attacker'))),
    certificateKeyArn: template.identity(certificateKey).attributes.Arn as string,
    productKeyArn: template.identity(productKey).attributes.Arn as string,
    table,
    tableName,
    macKeyTableName,
    events,
    calls,
    keyPolicyOf,
    close: () => deployment.close(),
    newId: () => `t-${randomUUID().slice(0, 13)}`,
    makeKey: (tenantId: string, change?: CreateKeyCommandInput) =>
      makeTenantKey(kms, tenantId, keyPolicyOf(tenantId), change),
    /** @returns a tenant as an onboarding leaves it, or as the transition does */
    async makeTenant(intent?: 'suspend' | 'offboard', change: Record<string, unknown> = {}) {
      const tenantId = harness.newId();
      const keyArn = await harness.makeKey(tenantId);
      await kms.enableKeyRotation({ KeyId: keyArn, RotationPeriodInDays: 90 });
      await kms.createAlias({ AliasName: alias(tenantId), TargetKeyId: keyArn });
      await harness.put(rowOf({ tenantId, keyArn }));
      if (intent !== undefined) {
        // The role refuses a shorter window than the configuration's.
        const longest = offboard({ windowInDays: 30 });
        await harness.invoke(tenantId, intent === 'offboard' ? longest : { intent });
      }
      if (Object.keys(change).length > 0)
        await harness.put({ ...(await harness.raw(tenantId)), ...change });
      return { tenantId, keyArn };
    },
    invoke: (tenantId: string, want: TransitionRequest) => {
      const holder = randomUUID();
      const registry = openRegistry(table, tableName, holder);
      const end = Date.now() + 28_000;
      return transition({ kms, keyStores: kmsAlone, registry, holder, end }, tenantId, want);
    },
    raw: async (tenantId: string) =>
      (await table.send(new GetCommand({ TableName: tableName, Key: { tenantId } }))).Item,
    row: async (tenantId: string) => tenantRow.parse(await harness.raw(tenantId)),
    put: async (row: Record<string, unknown>) => {
      await table.send(new PutCommand({ TableName: tableName, Item: row }));
    },
    /** Lets no later invocation find anything of the tenant and the key: it leaves a row under lease alone. */
    putAway: (tenantId: string, keyArn: string) =>
      harness.put(
        rowOf({ tenantId, keyArn, lease: { holder: 'test', expiresAt: Date.now() + 10 * 60_000 } }),
      ),
    async keyState(keyArn: string) {
      return (await kms.describeKey({ KeyId: keyArn })).KeyMetadata?.KeyState;
    },
    /** @returns all that KMS says of a key, as text: it is equal as long as nobody has changed the key */
    async everythingOf(keyArn: string) {
      const KeyId = keyArn;
      const answers = [
        await kms.describeKey({ KeyId }),
        await kms.listResourceTags({ KeyId }),
        await kms.getKeyPolicy({ KeyId }),
        await kms.getKeyRotationStatus({ KeyId }),
        await kms.getKeyLastUsage({ KeyId }),
        await kms.listAliases({ KeyId }),
      ];
      return JSON.stringify(answers.map(({ $metadata: _, ...answer }) => answer));
    },
    async reconcile({
      before,
      now,
      ms = 900_000,
      isThorough = true,
      eventsAs = 'ReconcilerRole',
    }: ReconcileOptions = {}) {
      const sender = clientOf(deployment.issue(roleOf(eventsAs), 'events'));
      const credentials = clientOf(deployment.issue(roleOf('ReconcilerRole'), 'reconciler'));
      const client = new KMSClient(credentials);
      client.middlewareStack.add(
        (next, { commandName = '' }) =>
          async (args) => {
            await before?.(commandName.replace(/Command$/, ''));
            return next(args);
          },
        { step: 'initialize' },
      );
      return muted(() =>
        reconcile({
          kms: client,
          keyStores: kmsAlone,
          table: DynamoDBDocumentClient.from(new DynamoDBClient(credentials)),
          events: new EventBridgeClient(sender),
          tableName,
          macKeyTableName,
          partition: localAccount.partition,
          accountId: localAccount.accountId,
          keyPolicyOf,
          isThorough,
          end: Date.now() + ms,
          rateLimitClock: fastClock,
          ...(now !== undefined && { now }),
        }),
      );
    },
    /** @returns what one invocation finds of that tenant, or key: `kind outcome` */
    async findingsOf(id: string, options?: ReconcileOptions): Promise<string[]> {
      const { found } = await harness.reconcile(options);
      return found.filter(({ tenantId, keyArn }) => [tenantId, keyArn].includes(id)).map(short);
    },
  };
  return harness;
}

export const alias = (tenantId: string) => `alias/tenant-keys/${tenantId}`;
export const short = ({ kind, outcome }: Finding) => `${kind} ${outcome}`;

/** Invocations may overlap: the first takes standard output over, the last gives it back. */
const write = process.stdout.write.bind(process.stdout);
let running = 0;
export const lines: string[] = [];

async function muted<T>(action: () => Promise<T>): Promise<T> {
  running += 1;
  process.stdout.write = (text) => lines.push(String(text)) > 0;
  try {
    return await action();
  } finally {
    running -= 1;
    if (running === 0) process.stdout.write = write;
  }
}
