/** What the parts of one invocation of the reconciler share. */
import { type KMSClient, KMSServiceException } from '@aws-sdk/client-kms';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { KeyStoreName } from '../../contract/key-stores.ts';
import { Problem } from '../../contract/problem.ts';
import type { KeyStoreAdministrations } from '../key-stores/key-store-administrations.ts';
import type { TenantWork } from '../tenants/keys/key-state.ts';
import type { Registry } from '../tenants/registry/registry.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import type { Finding, Findings } from './findings.ts';

/** What other stores left unanswered in this invocation. */
export interface StoreFailures {
  /** for how many of a store's tenants, one after the other */
  readonly tenants: Map<KeyStoreName, number>;
  /** how often in all */
  attempts: number;
}

export interface ReconcilerContext {
  readonly kms: KMSClient;
  readonly keyStores: KeyStoreAdministrations;
  readonly storeFailures: StoreFailures;
  readonly table: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly macKeyTableName: string;
  readonly registry: Registry;
  readonly holder: string;
  /** whether this invocation looks at all of every tenant, and not only for what cannot wait */
  readonly isThorough: boolean;
  readonly findings: Findings;
  /** names of aliases, each with the id of its key, as they were when the invocation began */
  readonly aliases: ReadonlyMap<string, string>;
  /** ARNs of the account's keys that are not deleted, as it was when the invocation began */
  readonly keyArns: ReadonlySet<string>;
  /** ARNs of the keys that more than one row names, as it was when the invocation began */
  readonly sharedKeys: ReadonlySet<string>;
  /** what the ARN of every key of this account and region begins with */
  readonly keyArnPrefix: string;
  /** the policy that the tenant's key must have */
  readonly keyPolicyOf: (tenantId: string) => object;
  /** epoch milliseconds: when the invocation ends, and when nothing more is begun */
  readonly end: number;
  readonly lastStart: number;
  readonly now: () => number;
}

/** For how long one tenant is repaired: should the invocation crash, its lease ends soon. */
export const tenantRepairMs = 45_000;
/** After the last tenant there must be time for its events and the summary. */
export const summaryReserveMs = 10_000;

/** @param ms how long the work may take; the lease lasts as long and a little more */
export const tenantWork = (
  { kms, keyStores, registry, holder, end }: ReconcilerContext,
  ms = tenantRepairMs,
): TenantWork => ({
  kms,
  keyStores,
  registry,
  holder,
  end: Math.min(end - summaryReserveMs, Date.now() + ms),
});

export type FindingSubject = Pick<Finding, 'kind' | 'tenantId' | 'keyArn'>;

/** A failure is a finding, and does not stop the invocation. */
export async function attemptOrReport<T>(
  context: ReconcilerContext,
  subject: FindingSubject,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const { findings, storeFailures } = context;
    if (error instanceof Problem && error.code === 'key-store-unavailable')
      storeFailures.attempts += 1;
    findings.add({ ...subject, outcome: 'failed', detail: reasonOf(error) });
    return undefined;
  }
}

/**
 * Reports what was observed of a tenant's key, unless the row has changed since it was read: what was observed may
 * then be another invocation's work in progress, or its end.
 */
export async function reportIfUnchanged(
  context: ReconcilerContext,
  row: TenantRow,
  finding: Omit<Finding, 'tenantId' | 'keyArn'>,
) {
  const subject = { kind: finding.kind, tenantId: row.tenantId, keyArn: row.keyArn };
  const current = await attemptOrReport(context, subject, () => context.registry.get(row.tenantId));
  if (current?.version === row.version) context.findings.add({ ...subject, ...finding });
}

/** KMS's messages name principals, actions and keys; the message of another error could quote a row. */
function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  const isSafe = error instanceof KMSServiceException || error instanceof Problem;
  return isSafe ? `${name}: ${message}` : name;
}
