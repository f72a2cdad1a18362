/** The life of tenants whose keys are in another store than KMS, with the registry of the local stack; each call may be the last. */
import { randomUUID } from 'node:crypto';
import type { OtherKeyStoreName } from '../../../contract/key-stores.ts';
import type { KeyStoreAdministration } from '../../../lambdas/key-stores/key-administration.ts';
import type { ReconcilerContext } from '../../../lambdas/reconciler/context.ts';
import type { Finding } from '../../../lambdas/reconciler/findings.ts';
import { repairTenant } from '../../../lambdas/reconciler/reconcile-tenant.ts';
import type { TenantWork } from '../../../lambdas/tenants/keys/key-state.ts';
import { transition } from '../../../lambdas/tenants/lifecycle/lifecycle.ts';
import { rotateOnDemand } from '../../../lambdas/tenants/lifecycle/on-demand-rotation.ts';
import { onboard } from '../../../lambdas/tenants/lifecycle/onboarding.ts';
import { setRotationPeriod } from '../../../lambdas/tenants/lifecycle/rotation-period.ts';
import { openRegistry } from '../../../lambdas/tenants/registry/registry.ts';
import type { Intent } from '../../../lambdas/tenants/registry/status.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { tableName } from '../../harness/local-aws.ts';
import type { Aws, Fault } from './aws.ts';
import { wanted } from './harness.ts';

export interface TenantsStore {
  readonly keyStore: OtherKeyStoreName;
  /** @param fault may end the process before or after each request to the store */
  administration(as: 'control-plane' | 'reconciler', fault: Fault): KeyStoreAdministration;
}

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
      macKeyTableName: tableName,
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
      keyArnPrefix: '',
      keyPolicyOf: () => ({}),
      end: Date.now() + 900_000,
      lastStart: Date.now() + 800_000,
      now: () => now,
    };
  };

  const tenants = {
    row: readRow,
    onboard: (tenantId: string, fault?: Fault) =>
      onboard(
        {
          ...work(fault),
          knownKeyArns: async () => new Set(),
          keyPolicyOf: () => ({}),
          keyArnPrefix: '',
          rotationPeriodInDays: 90,
        },
        tenantId,
        { keyStore: store.keyStore },
      ),
    go: (tenantId: string, intent: Intent, fault?: Fault) =>
      transition(work(fault), tenantId, wanted(intent)),
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
      if (row !== undefined)
        await repairTenant(reconcilerContext(fault, found, now), { row, key: undefined });
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

interface ReconcileOptions {
  readonly fault?: Fault;
  readonly days?: number;
}
