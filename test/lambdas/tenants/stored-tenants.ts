/**
 * The life of tenants whose keys are in another store than KMS, or move there and back, with the local stack's KMS and
 * registry; each call may be the last.
 */
import { randomUUID } from 'node:crypto';
import type { KeyStoreName, OtherKeyStoreName } from '../../../contract/key-stores.ts';
import type { KeyStoreAdministration } from '../../../lambdas/key-stores/key-administration.ts';
import type { ReconcilerContext } from '../../../lambdas/reconciler/context.ts';
import type { Finding } from '../../../lambdas/reconciler/findings.ts';
import { repairOtherKeys } from '../../../lambdas/reconciler/other-keys-of.ts';
import { observeTenant, repairTenant } from '../../../lambdas/reconciler/reconcile-tenant.ts';
import type { TenantWork } from '../../../lambdas/tenants/keys/key-state.ts';
import type { OnboardingOptions } from '../../../lambdas/tenants/lifecycle/held-row.ts';
import { changeKeyStore } from '../../../lambdas/tenants/lifecycle/key-store-change.ts';
import { transition } from '../../../lambdas/tenants/lifecycle/lifecycle.ts';
import { rotateOnDemand } from '../../../lambdas/tenants/lifecycle/on-demand-rotation.ts';
import { onboard } from '../../../lambdas/tenants/lifecycle/onboarding.ts';
import {
  endPreviousKey,
  restorePreviousKey,
} from '../../../lambdas/tenants/lifecycle/previous-key.ts';
import { setRotationPeriod } from '../../../lambdas/tenants/lifecycle/rotation-period.ts';
import { keyArnsOf } from '../../../lambdas/tenants/registry/listing.ts';
import { openRegistry } from '../../../lambdas/tenants/registry/registry.ts';
import type { Intent } from '../../../lambdas/tenants/registry/status.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { account } from '../../harness/account.ts';
import { macKeyTableName, tableName } from '../../harness/local-aws.ts';
import type { Aws, Fault } from './aws.ts';
import { keyArnPrefix } from './onboardings.ts';

export interface TenantsStore {
  readonly keyStore: OtherKeyStoreName;
  /** @param fault may end the process before or after each request to the store */
  administration(as: 'control-plane' | 'reconciler', fault: Fault): KeyStoreAdministration;
}

export type StoredTenants = ReturnType<typeof storedTenants>;

export function storedTenants(aws: Aws, store: TenantsStore) {
  const readRow = async (tenantId: string) => {
    const row = await aws.row(tenantId);
    return row === undefined ? undefined : tenantRow.parse(row);
  };
  const work = (fault: Fault = {}): TenantWork & { kmsWithoutRetry: TenantWork['kms'] } => {
    const { table, ...kms } = aws.clients(fault);
    const holder = randomUUID();
    const administration = store.administration('control-plane', fault);
    return {
      ...kms,
      holder,
      registry: openRegistry(table, tableName, holder),
      keyStores: async () => administration,
      end: Date.now() + 28_000,
    };
  };
  const reconcilerContext = (fault: Fault, found: Finding[], now: number): ReconcilerContext => {
    const { table, kms } = aws.clients(fault);
    const holder = randomUUID();
    const administration = store.administration('reconciler', fault);
    return {
      kms,
      keyStores: async () => administration,
      storeFailures: { tenants: new Map(), attempts: 0 },
      table,
      tableName,
      macKeyTableName,
      registry: openRegistry(table, tableName, holder),
      holder,
      isThorough: false,
      findings: {
        all: found,
        undelivered: 0,
        add: (finding) => found.push(finding),
        flush: async () => {},
      },
      aliases: new Map(),
      keyArns: new Set(),
      sharedKeys: new Set(),
      keyArnPrefix,
      keyPolicyOf,
      end: Date.now() + 900_000,
      lastStart: Date.now() + 800_000,
      now: () => now,
    };
  };

  const keyMakingWork = (fault: Fault = {}): OnboardingOptions => ({
    ...work(fault),
    knownKeyArns: () => keyArnsOf(aws.clients(fault).table, tableName),
    keyPolicyOf,
    keyArnPrefix,
    rotationPeriodInDays: 90,
  });

  const tenants = {
    work: keyMakingWork,
    row: readRow,
    onboard: (tenantId: string, fault?: Fault, keyStore: KeyStoreName = store.keyStore) =>
      onboard(keyMakingWork(fault), tenantId, { keyStore }),
    move: (tenantId: string, keyStore: KeyStoreName, fault?: Fault) =>
      changeKeyStore(keyMakingWork(fault), tenantId, keyStore),
    endPrevious: (tenantId: string, fault?: Fault) =>
      endPreviousKey(work(fault), tenantId, offboarding),
    restorePrevious: (tenantId: string, fault?: Fault) => restorePreviousKey(work(fault), tenantId),
    go: (tenantId: string, intent: Intent, fault?: Fault) =>
      transition(
        work(fault),
        tenantId,
        intent === 'offboard' ? { intent, request: offboarding } : { intent },
      ),
    setPeriod: (tenantId: string, fault?: Fault) => setRotationPeriod(work(fault), tenantId, 100),
    async rotate(tenantId: string, fault?: Fault) {
      const row = await readRow(tenantId);
      if (row === undefined) throw new Error('no such tenant');
      return rotateOnDemand(work(fault), row, {});
    },
    /** @returns what it found; `days` later than now */
    async reconcile(tenantId: string, { fault = {}, days = 0 }: ReconcileOptions = {}) {
      const found: Finding[] = [];
      const row = await readRow(tenantId);
      const now = Date.now() + days * 86_400_000;
      if (row === undefined) return [];
      const context = reconcilerContext(fault, found, now);
      await repairTenant(context, await observeTenant(context, row));
      await repairOtherKeys(context, row);
      return found.map(({ kind, outcome }) => `${kind} ${outcome}`);
    },
    /** As time would: leases are over, and what was requested was so some minutes ago. */
    async minutesPass(tenantId: string) {
      const row = await aws.row(tenantId);
      if (row === undefined) return;
      const { rotation, lease } = row as { rotation?: object; lease?: object };
      const requestedAt = new Date(Date.now() - 6 * 60_000).toISOString();
      await aws.put({
        ...row,
        ...(rotation !== undefined && { rotation: { ...rotation, requestedAt } }),
        ...(lease !== undefined && { lease: { holder: 'x', expiresAt: 1 } }),
      });
    },
  };
  return tenants;
}

/** Whose key it may be used by is not what is tried here: an administrator stands for the tenant's session. */
const keyPolicyOf = () => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

/** The keys of these tenants in KMS were used just now. */
const offboarding = {
  windowInDays: 7,
  windowByDefault: false,
  force: true,
  requestedBy: 'operator',
};

interface ReconcileOptions {
  readonly fault?: Fault;
  readonly days?: number;
}
