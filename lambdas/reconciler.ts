/**
 * Finishes what was cut off and repairs what has drifted, by schedule. Invariant: no cryptography; the function's role
 * may administer keys that carry the product's tag, and is denied every use of them.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { readEnvironment, reconcilerEnvironment } from '../contract/environment.ts';
import { isFullRun } from '../contract/full-run.ts';
import { dueShares } from '../contract/rounds.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { keyStoreAdministrations } from './key-stores/key-store-administrations.ts';
import { log } from './observability/log.ts';
import { logKeyInventory } from './reconciler/key-inventory.ts';
import { reconcile } from './reconciler/reconcile.ts';
import { stackKeyPolicy } from './tenants/keys/stack-key-policy.ts';

const environment = readEnvironment(reconcilerEnvironment);
const table = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfiguration));
const { requestHandler } = table.config;
const events = new EventBridgeClient({ ...clientConfiguration, requestHandler });

const keyStores = keyStoreAdministrations(environment.KEY_STORES, {
  role: 'reconciler',
  brokerName: environment.SESSION_BROKER_NAME,
  tenantRoleArn: environment.TENANT_ROLE_ARN,
  deletionWindowInDays: environment.DELETION_WINDOW_IN_DAYS,
});

/** As many findings as the answer shows; the log and the events have them all. */
const shownFindings = 100;

/** By their share everything is due in two runs of a round, one after the other. */
const isThorough = (event: unknown): boolean =>
  isFullRun(event) || dueShares(Date.now(), environment.EVERY_MINUTES).includes(0);

export async function handler(event: unknown, context: Context) {
  const { summary, found, inventory } = await reconcile({
    kms: new KMSClient({ ...clientConfiguration, requestHandler }),
    keyStores,
    table,
    events,
    tableName: environment.TABLE_NAME,
    macKeyTableName: environment.MAC_KEY_TABLE_NAME,
    partition: environment.PARTITION,
    accountId: environment.ACCOUNT_ID,
    keyPolicyOf: stackKeyPolicy(environment),
    isThorough: isThorough(event),
    end: Date.now() + context.getRemainingTimeInMillis(),
  });
  log('INFO', { message: 'reconciled', ...summary });
  if (summary.thorough) logKeyInventory(inventory);
  // For a caller who invokes the function by hand; the answer of a scheduled invocation is not read.
  return { ...summary, found: found.slice(0, shownFindings) };
}
