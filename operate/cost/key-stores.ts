/**
 * What differs where tenants' keys are in another store than KMS of the product's account. Invariant: as of the coefficients,
 * nothing here is guessed: the tests that are named count it.
 */
import type { PriceName } from './prices.ts';

export const costKeyStores = ['aws-kms', 'vault', 'azure-key-vault', 'aws-kms-external'] as const;
export type CostKeyStore = (typeof costKeyStores)[number];

interface StoreRun {
  /** that the store counts */
  readonly calls: number;
  /** of the audit, each by a line of the reconciler's log */
  readonly rows: number;
}

/**
 * Of an active tenant in each run of the reconciler: `test/azure-key-vault/reconciler-reads.test.ts`, where calls of Azure
 * Resource Manager are rows, too, and free; `test/stores/reconciler-reads.test.ts`. Nobody asks a tenant's own account.
 */
export const storeRuns: Readonly<Record<CostKeyStore, StoreRun>> = {
  'aws-kms': { calls: 0, rows: 0 },
  vault: { calls: 4, rows: 4 },
  'azure-key-vault': { calls: 3, rows: 7 },
  'aws-kms-external': { calls: 0, rows: 0 },
};
/** Of a log line of such a call (the same test). */
export const storeLineBytes = 305;

interface Stored {
  readonly keyStore: CostKeyStore;
}
export const isInKms = ({ keyStore }: Stored): boolean => keyStore === 'aws-kms';
export const isInAzure = ({ keyStore }: Stored): boolean => keyStore === 'azure-key-vault';

/**
 * Of the product's own issuer, which Azure needs, and Vault with `tokenIssuer: own` alone: such a Vault's are not in the
 * estimate (docs/cost.md). They never rotate by themselves.
 */
export const issuerKeys = 2;

/** Up to which key a price counts. */
const azureSteps = [
  ['azureKey', 250],
  ['azureKeyOver250', 1500],
  ['azureKeyOver1500', 4000],
  ['azureKeyOver4000', Number.POSITIVE_INFINITY],
] as const satisfies readonly (readonly [PriceName, number])[];

/** @returns how many of so many keys are at each of Azure's prices */
export const azureKeysAt = (keys: number): readonly (readonly [PriceName, number])[] =>
  azureSteps.map(([price, to], at) => {
    const from = azureSteps[at - 1]?.[1] ?? 0;
    return [price, Math.max(0, Math.min(keys, to) - from)];
  });
