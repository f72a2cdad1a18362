/** What the control plane's operations have in common: clients that are opened once, and the work of one request on a tenant. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { tenantsEnvironment } from '../../contract/environment.ts';
import { tenantNotFound } from '../../contract/problem.ts';
import { callBudget } from '../aws/call-budget.ts';
import { clientConfiguration } from '../aws/client-config.ts';
import { keyArnPrefixOf } from '../aws/kms-keys.ts';
import { keyStoreAdministrations } from '../key-stores/key-store-administrations.ts';
import type { TenantWork } from './keys/key-state.ts';
import { stackKeyPolicy } from './keys/stack-key-policy.ts';
import type { OnboardingOptions } from './lifecycle/held-row.ts';
import { keyArnsOf } from './registry/listing.ts';
import { recordedChanges } from './registry/recorded-changes.ts';
import { getTenant, openRegistry } from './registry/registry.ts';
import type { TenantRow } from './registry/tenant-row.ts';

export type ControlPlane = ReturnType<typeof openControlPlane>;

export function openControlPlane(environment: z.output<typeof tenantsEnvironment>) {
  const { kms, kmsWithoutRetry, table } = openClients();
  const account = { partition: environment.PARTITION, accountId: environment.ACCOUNT_ID };
  const keyPolicyOf = stackKeyPolicy(environment);
  const keyStores = keyStoreAdministrations(environment.KEY_STORES, {
    role: 'control-plane',
    brokerName: environment.SESSION_BROKER_NAME,
    tenantRoleArn: environment.TENANT_ROLE_ARN,
    deletionWindowInDays: environment.DELETION_WINDOW_IN_DAYS,
  });
  const knownKeyArns = (except?: string) => keyArnsOf(table, environment.TABLE_NAME, except);

  function work(context: Context): TenantWork {
    const holder = randomUUID();
    return {
      kms,
      keyStores,
      registry: recordedChanges(openRegistry(table, environment.TABLE_NAME, holder)),
      holder,
      end: Date.now() + context.getRemainingTimeInMillis(),
    };
  }

  async function keyMakingWork(context: Context): Promise<OnboardingOptions> {
    return {
      ...work(context),
      kmsWithoutRetry,
      knownKeyArns,
      keyPolicyOf,
      keyArnPrefix: await keyArnPrefixOf(kms, account),
      rotationPeriodInDays: environment.ROTATION_PERIOD_IN_DAYS,
    };
  }

  /** @throws Problem 404 */
  async function rowOf(tenantId: string): Promise<TenantRow> {
    const row = await getTenant(table, environment.TABLE_NAME, tenantId);
    if (row === undefined) throw tenantNotFound();
    return row;
  }

  return { environment, kms, kmsWithoutRetry, table, knownKeyArns, rowOf, work, keyMakingWork };
}

/** All calls go through one pool of connections, and each counts against the request's budget. */
function openClients() {
  const kms = new KMSClient(clientConfiguration);
  const { requestHandler } = kms.config;
  const kmsWithoutRetry = new KMSClient({ ...clientConfiguration, requestHandler, maxAttempts: 1 });
  const dynamodb = new DynamoDBClient({ ...clientConfiguration, requestHandler });
  const table = DynamoDBDocumentClient.from(dynamodb);
  kms.middlewareStack.use(callBudget('kms'));
  kmsWithoutRetry.middlewareStack.use(callBudget('kms'));
  table.middlewareStack.use(callBudget('table'));
  return { kms, kmsWithoutRetry, table };
}
