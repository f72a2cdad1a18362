/** What the pieces of one run of the reconciler share. */
import { type KMSClient, KMSServiceException } from '@aws-sdk/client-kms';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Problem } from '../../contract/problem.ts';
import type { Work } from '../tenants/registry/lease.ts';
import type { Registry } from '../tenants/registry/registry.ts';
import type { TenantRow } from '../tenants/registry/tenant-row.ts';
import type { Finding, Findings } from './findings.ts';

export interface Run {
  readonly kms: KMSClient;
  readonly table: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly registry: Registry;
  readonly holder: string;
  readonly findings: Findings;
  /** names of aliases, each with the id of its key, as they were when the run began */
  readonly aliases: ReadonlyMap<string, string>;
  /** what the ARN of every key of this account and region begins with */
  readonly keyArnPrefix: string;
  /** the policy that the tenant's key must have */
  readonly keyPolicyOf: (tenantId: string) => object;
  /** epoch milliseconds: when the invocation ends, and when nothing more is begun */
  readonly end: number;
  readonly lastStart: number;
  readonly now: () => number;
}

/** Of what may be mended in a row's turn: should this run die, its lease does not lock the tenant for long. */
export const turnInMs = 45_000;
/** After the last turn there must be time for its events and the summary. */
export const reserveInMs = 10_000;

/** @param turn how long the work may take; the lease lasts as long and a little more */
export const workOf = (run: Run, turn = turnInMs): Work => ({
  registry: run.registry,
  holder: run.holder,
  end: Math.min(run.end - reserveInMs, Date.now() + turn),
});

export type About = Pick<Finding, 'kind' | 'tenantId' | 'keyArn'>;

/** What fails is a finding, and does not stop the run. */
export async function attempt<T>(
  run: Run,
  about: About,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    run.findings.add({ ...about, outcome: 'failed', detail: reasonOf(error) });
    return undefined;
  }
}

/**
 * Reports what was seen of a tenant's key, unless the row has changed since it was read: what was seen may then
 * be somebody's work in progress, or its end.
 */
export async function report(
  run: Run,
  row: TenantRow,
  finding: Omit<Finding, 'tenantId' | 'keyArn'>,
) {
  const about = { kind: finding.kind, tenantId: row.tenantId, keyArn: row.keyArn };
  const current = await attempt(run, about, () => run.registry.get(row.tenantId));
  if (current?.version === row.version) run.findings.add({ ...about, ...finding });
}

/** KMS's messages name principals, actions and keys; what else might be thrown could quote a row. */
function reasonOf(error: unknown): string {
  const { name, message } = error as Error;
  const mayBeTold = error instanceof KMSServiceException || error instanceof Problem;
  return mayBeTold ? `${name}: ${message}` : name;
}
