/**
 * One run: every tenant has its turn, then the keys that no row names. Invariant: nothing is begun that the
 * invocation has no time for, and what fails for one tenant stops nobody else's turn.
 */
import { randomUUID } from 'node:crypto';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { FindingOutcome } from '../../contract/findings.ts';
import { pagesOfKeys } from '../tenants/keys/key-recovery.ts';
import { isLeased } from '../tenants/registry/lease.ts';
import { openRegistry } from '../tenants/registry/registry.ts';
import { type FoundRow, isInvalid, pagesOfRows } from '../tenants/registry/scan.ts';
import { type Run, reserveInMs, turnInMs } from './context.ts';
import { type Finding, openFindings } from './findings.ts';
import { type Fleet, openFleet } from './key-inventory.ts';
import { withinQuota } from './kms-rate-limit.ts';
import { mendUnnamedKeys } from './orphaned-keys.ts';
import { look, mend } from './reconcile-tenant.ts';

export interface ReconcilerOptions {
  /** of this run alone: its calls are paced and counted */
  readonly kms: KMSClient;
  readonly table: DynamoDBDocumentClient;
  readonly events: EventBridgeClient;
  readonly tableName: string;
  readonly partition: string;
  readonly accountId: string;
  readonly keyPolicyOf: (tenantId: string) => object;
  /** epoch milliseconds by which the invocation ends */
  readonly end: number;
  /** of the account's keys, KMS's time; by default the system's */
  readonly now?: () => number;
}

export interface Summary {
  /** whether every tenant and every key had its turn; what had not has it in a later run */
  readonly complete: boolean;
  readonly tenants: number;
  /** tenants on whom somebody was at work, and who were left alone */
  readonly busy: number;
  /** all of the account and region, whoever's they are */
  readonly keys: number;
  /** by operation of KMS, every attempt */
  readonly calls: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<FindingOutcome, number>>;
  /** tenants' keys by KMS's key state */
  readonly keyStates: Fleet['states'];
  /** findings that EventBridge did not take; they are in the log */
  readonly undelivered: number;
  readonly durationInMs: number;
}

/** Tenants whose keys are looked at at once. What is found is mended one after another. */
const sideBySide = 10;

/** @throws what KMS or DynamoDB say where keys, aliases or rows cannot be listed */
export async function reconcile(options: ReconcilerOptions): Promise<{
  summary: Summary;
  found: readonly Finding[];
  fleet: Fleet;
}> {
  const started = performance.now();
  const calls = withinQuota(options.kms);
  const findings = openFindings(options.events);
  // The keys before the rows: a key that is listed and that no row names then is not a row's to come.
  const keyArns = await everyKey(options.kms);
  const run = await openRun(options, findings);
  const fleet = openFleet();
  const { tenants, busy, complete } = await everyTenant(run, fleet);
  const all = complete && (await mendUnnamedKeys(run, keyArns));
  await findings.flush();
  const summary = {
    complete: all,
    tenants,
    busy,
    keys: keyArns.length,
    calls,
    findings: countOf(findings.all),
    keyStates: fleet.states,
    undelivered: findings.undelivered,
    durationInMs: Math.round(performance.now() - started),
  };
  return { summary, found: findings.all, fleet };
}

async function openRun(options: ReconcilerOptions, findings: Run['findings']): Promise<Run> {
  const { kms, table, tableName, partition, accountId, keyPolicyOf, end } = options;
  const holder = randomUUID();
  const region = await kms.config.region();
  return {
    kms,
    table,
    tableName,
    registry: openRegistry(table, tableName, holder),
    holder,
    findings,
    aliases: await aliasesOf(kms),
    keyArnPrefix: `arn:${partition}:kms:${region}:${accountId}:key/`,
    keyPolicyOf,
    end,
    lastStart: end - turnInMs - reserveInMs,
    now: options.now ?? Date.now,
  };
}

async function everyKey(kms: KMSClient): Promise<string[]> {
  const keyArns: string[] = [];
  for await (const page of pagesOfKeys(kms)) keyArns.push(...page);
  return keyArns;
}

async function aliasesOf(kms: KMSClient): Promise<Map<string, string>> {
  const aliases = new Map<string, string>();
  let Marker: string | undefined;
  do {
    const page = await kms.send(new ListAliasesCommand({ Limit: 100, Marker }));
    for (const { AliasName = '', TargetKeyId } of page.Aliases ?? []) {
      // Aliases of AWS's own name no key until it is first needed.
      if (TargetKeyId !== undefined) aliases.set(AliasName, TargetKeyId);
    }
    Marker = page.Truncated ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return aliases;
}

async function everyTenant(run: Run, fleet: Fleet) {
  let tenants = 0;
  let busy = 0;
  for await (const page of pagesOfRows(run.table, run.tableName)) {
    for (let at = 0; at < page.length; at += sideBySide) {
      if (Date.now() > run.lastStart) return { tenants, busy, complete: false };
      const rows = page.slice(at, at + sideBySide);
      tenants += rows.length;
      busy += rows.filter(isBusy).length;
      await turns(run, rows, fleet);
    }
  }
  return { tenants, busy, complete: true };
}

const isBusy = (row: FoundRow): boolean => !isInvalid(row) && isLeased(row);

async function turns(run: Run, rows: readonly FoundRow[], fleet: Fleet): Promise<void> {
  for (const one of await Promise.all(rows.map((row) => look(run, row)))) {
    fleet.add(one);
    await mend(run, one);
  }
  await run.findings.flush();
}

function countOf(findings: readonly Finding[]): Record<FindingOutcome, number> {
  const count = { repaired: 0, reported: 0, failed: 0 };
  for (const { outcome } of findings) count[outcome] += 1;
  return count;
}
