/**
 * One invocation of the reconciler: every tenant is reconciled and, where it is thorough, the keys that no row names.
 * Invariant: nothing is begun that the invocation has no time for, and a failure of one tenant stops no other.
 */
import { randomUUID } from 'node:crypto';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type KMSClient, paginateListAliases } from '@aws-sdk/client-kms';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { FindingOutcome } from '../../contract/findings.ts';
import { keyArnPrefixOf, pagesOfKeyArns } from '../aws/kms-keys.ts';
import type { KeyStoreAdministrations } from '../key-stores/key-store-administrations.ts';
import { isLeased } from '../tenants/registry/lease.ts';
import { openRegistry } from '../tenants/registry/registry.ts';
import { type FoundRow, isInvalid, pagesOfRows } from '../tenants/registry/scan.ts';
import { type ReconcilerContext, summaryReserveMs, tenantRepairMs } from './context.ts';
import { type Finding, type Findings, openFindings } from './findings.ts';
import { glanceAtTenant } from './glance.ts';
import { type KeyInventory, openKeyInventory } from './key-inventory.ts';
import { limitKmsRate, type RateLimitClock } from './kms-rate-limit.ts';
import { repairOrphanedKeys } from './orphaned-keys.ts';
import { repairOtherKeys } from './other-keys-of.ts';
import { observeTenant, repairTenant } from './reconcile-tenant.ts';
import { readClaims, reportClaims, sharedKeysOf } from './registry-claims.ts';

export interface ReconcilerOptions {
  /** of this invocation alone: its calls are counted, and their rate is limited */
  readonly kms: KMSClient;
  readonly keyStores: KeyStoreAdministrations;
  readonly table: DynamoDBDocumentClient;
  readonly events: EventBridgeClient;
  readonly tableName: string;
  readonly macKeyTableName: string;
  readonly partition: string;
  readonly accountId: string;
  readonly keyPolicyOf: (tenantId: string) => object;
  /** whether to look at everything, and not only for what cannot wait until that is due */
  readonly isThorough: boolean;
  /** epoch milliseconds by which the invocation ends */
  readonly end: number;
  /** of the account's keys, KMS's time; by default the system's */
  readonly now?: () => number;
  /** by default real time */
  readonly rateLimitClock?: RateLimitClock;
}

export interface ReconcileSummary {
  /** whether everything was looked at */
  readonly thorough: boolean;
  /** whether there was time for every tenant and every key; the others come in a later invocation */
  readonly complete: boolean;
  readonly tenants: number;
  /** tenants that were left alone, since another invocation was at work on them */
  readonly busy: number;
  /** of the account and region, the tenants' and others */
  readonly keys: number;
  /** by operation of KMS, every attempt */
  readonly calls: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<FindingOutcome, number>>;
  /** keys that were observed, by KMS's key state: all tenants' where it is thorough */
  readonly keyStates: KeyInventory['states'];
  /** findings that EventBridge did not take; they are in the log */
  readonly undelivered: number;
  readonly durationInMs: number;
}

/** Keys are observed together, and repaired one after another. */
const tenantsAtOnce = 10;

/** @throws what KMS or DynamoDB say where keys, aliases or rows cannot be listed */
export async function reconcile(options: ReconcilerOptions): Promise<{
  summary: ReconcileSummary;
  found: readonly Finding[];
  inventory: KeyInventory;
}> {
  const started = performance.now();
  const calls = limitKmsRate(options.kms, options.rateLimitClock);
  const findings = openFindings(options.events);
  // The keys before the rows: a key that is in this list and in no row is not one whose row is still to be written.
  const keyArns = await allKeyArns(options.kms);
  const claims = await readClaims(options.table, options.tableName);
  const context = await openContext(options, findings, {
    keyArns: new Set(keyArns),
    sharedKeys: sharedKeysOf(claims),
  });
  await reportClaims(context, claims, keyArns);
  const inventory = openKeyInventory();
  const { tenants, busy, complete } = await reconcileTenants(context, inventory);
  const all = complete && (!options.isThorough || (await repairOrphanedKeys(context, keyArns)));
  await findings.flush();
  const summary = {
    thorough: options.isThorough,
    complete: all,
    tenants,
    busy,
    keys: keyArns.length,
    calls,
    findings: countOf(findings.all),
    keyStates: inventory.states,
    undelivered: findings.undelivered,
    durationInMs: Math.round(performance.now() - started),
  };
  return { summary, found: findings.all, inventory };
}

async function openContext(
  options: ReconcilerOptions,
  findings: Findings,
  keys: Pick<ReconcilerContext, 'keyArns' | 'sharedKeys'>,
): Promise<ReconcilerContext> {
  const { kms, table, tableName, macKeyTableName, isThorough, keyPolicyOf, end } = options;
  const holder = randomUUID();
  return {
    kms,
    keyStores: options.keyStores,
    storeFailures: { tenants: new Map(), attempts: 0 },
    table,
    tableName,
    macKeyTableName,
    registry: openRegistry(table, tableName, holder),
    holder,
    isThorough,
    findings,
    aliases: await aliasesOf(kms),
    ...keys,
    keyArnPrefix: await keyArnPrefixOf(kms, options),
    keyPolicyOf,
    end,
    lastStart: end - tenantRepairMs - summaryReserveMs,
    now: options.now ?? Date.now,
  };
}

async function allKeyArns(kms: KMSClient): Promise<string[]> {
  const keyArns: string[] = [];
  for await (const page of pagesOfKeyArns(kms)) keyArns.push(...page);
  return keyArns;
}

/** @returns names of aliases, each with the id of its key */
async function aliasesOf(kms: KMSClient): Promise<Map<string, string>> {
  const aliases = new Map<string, string>();
  for await (const { Aliases = [] } of paginateListAliases({ client: kms, pageSize: 100 }, {})) {
    for (const { AliasName = '', TargetKeyId } of Aliases) {
      // Aliases of AWS's own name no key until it is first needed.
      if (TargetKeyId !== undefined) aliases.set(AliasName, TargetKeyId);
    }
  }
  return aliases;
}

async function reconcileTenants(context: ReconcilerContext, inventory: KeyInventory) {
  let tenants = 0;
  let busy = 0;
  for await (const page of pagesOfRows(context.table, context.tableName)) {
    for (let at = 0; at < page.length; at += tenantsAtOnce) {
      if (Date.now() > context.lastStart) return { tenants, busy, complete: false };
      const rows = page.slice(at, at + tenantsAtOnce);
      tenants += rows.length;
      busy += rows.filter(isBusy).length;
      await reconcileRows(context, rows, inventory);
    }
  }
  return { tenants, busy, complete: true };
}

const isBusy = (row: FoundRow): boolean => !isInvalid(row) && isLeased(row);

async function reconcileRows(
  context: ReconcilerContext,
  rows: readonly FoundRow[],
  inventory: KeyInventory,
): Promise<void> {
  const look = context.isThorough ? observeTenant : glanceAtTenant;
  for (const tenant of await Promise.all(rows.map((row) => look(context, row)))) {
    inventory.add(tenant);
    await repairTenant(context, tenant);
    await repairOtherKeys(context, tenant.row);
  }
  await context.findings.flush();
}

function countOf(findings: readonly Finding[]): Record<FindingOutcome, number> {
  const count = { repaired: 0, reported: 0, failed: 0 };
  for (const { outcome } of findings) count[outcome] += 1;
  return count;
}
