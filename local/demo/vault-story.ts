/** The demo with keys in a development server of Vault or OpenBao. Its tenants have names of their own in each run. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { VaultServer } from '../vault-setup.ts';
import { passDaysForKey } from '../vault-time.ts';
import { callApi, tokenFor } from './api.ts';
import type { DemoTenant, KeyStoreStory } from './key-store-story.ts';
import { configuration } from './principals.ts';
import { vaultAttempts } from './vault-attempts.ts';

export function vaultStory(server: VaultServer): KeyStoreStory {
  const run = Date.now().toString(36);
  const { ofOthers, ofTheSuspended } = vaultAttempts(server);
  return {
    onboarding: { keyStore: 'vault' },
    acme: `acme-${run}`,
    globex: `globex-${run}`,
    attempts: ofOthers,
    whileSuspended: ofTheSuspended,
    begun: `Two tenants, each with a key of its own in the store at ${server.address}`,
    suspended: "Suspended: the tenant's policy is gone, and the store itself refuses",
    erased:
      'Offboarded for good: the window counts in the store; 31 days go by, and the key is gone',
    knowsLastUse: false,
    rotated: ({ status, json }) =>
      `${status}, from ${json.supersededKeyMaterialId} to ${json.currentKeyMaterialId}`,
    offboarded: ({ status, json }) =>
      `${status} ${json.status}, the reconciler deletes the key after ${json.deletionDate}`,
    passWindow: (tenant) => passWindow(server, tenant),
  };
}

/**
 * The store's clock cannot be put forward: its administrator takes back a backup of the key whose last version is 31 days
 * older. That version is the one by which the reconciler knows when it saw the offboarding.
 */
async function passWindow(server: VaultServer, tenant: DemoTenant): Promise<number> {
  const { stack, report, tenantId } = tenant;
  await stack.run('reconciler');
  await endRowsWindow(tenant);
  await stack.run('reconciler');
  const early = await statusOf(tenant);
  const isKept = early === 'OFFBOARDING';
  report.verdict(isKept, 'a row that says that the window is over', `the key is kept: ${early}`);
  report.because('by the mark on the key its window has just begun, and no row can change that');
  const version = await passDays(server, tenantId);
  report.step(
    `31 days go by for version ${version} of the key`,
    'by a backup that was changed, which only the administrator can have taken back',
  );
  await stack.run('reconciler');
  return Number(!isKept);
}

/** @returns the version that is so much older now: the newest, which is the mark */
async function passDays(server: VaultServer, tenantId: string): Promise<number> {
  const response = await fetch(new URL(`/v1/tenant-keys/keys/${tenantId}`, server.address), {
    headers: { 'X-Vault-Token': server.token },
  });
  const { data } = (await response.json()) as {
    readonly data: { readonly latest_version: number };
  };
  await passDaysForKey(server, tenantId, 31, data.latest_version);
  return data.latest_version;
}

/** As whoever may write the registry could. */
async function endRowsWindow({ stack, tenantId }: DemoTenant): Promise<void> {
  const dynamodb = new DynamoDB(configuration(stack, stack.operator));
  const { TableNames = [] } = await dynamodb.listTables({});
  await dynamodb.updateItem({
    TableName: TableNames.find((name) => name.startsWith('TenantKeys-TenantTable')),
    Key: { tenantId: { S: tenantId } },
    UpdateExpression: 'SET offboarding.deletionDate = :past',
    ExpressionAttributeValues: { ':past': { S: new Date(Date.now() - 1000).toISOString() } },
  });
}

async function statusOf({ stack, tenantId }: DemoTenant): Promise<unknown> {
  const admin = await tokenFor(stack, 'tenant-keys/admin');
  return (await callApi(stack, 'GET', `/tenants/${tenantId}`, admin)).json.status;
}
