/**
 * What the life of a tenant asks of the tenant's key, whatever keeps it. Invariant: each change may be repeated from its
 * beginning, but for `rotate`; and a change that is refused counts as done only after the store has shown that the key
 * is as it was to be.
 */
import type { FindingKind } from '../../contract/findings.ts';
import type { KeyUse } from '../../contract/key-use.ts';
import type { TenantStatus } from '../../contract/tenant-status.ts';
import type { KeyDetails, Rotation, RotationsQuery } from '../../contract/tenants.ts';

/** One tenant's key, for one invocation, which makes no change of it after its end. */
export interface KeyAdministration {
  /** @throws Problem 409 key-mismatch where it is another tenant's; what the store says where it shows no such key */
  requireOwn(): Promise<void>;
  /**
   * Never fails for a key that is deleted, whose state is Missing.
   * @returns undefined where only the tenant sees the key
   */
  describe(): Promise<KeyDetails | undefined>;
  /** @returns undefined where the store knows of no use */
  lastUse(): Promise<KeyUse | undefined>;
  /** @returns the id of every key material that the key ever had */
  materialIds(): Promise<string[]>;
  /** @returns false where the key is pending deletion, and so cannot be used either */
  disable(): Promise<boolean>;
  /** @param afterCancel whether the store may still take the key, for some seconds, for one that is pending deletion */
  enable(options?: { readonly afterCancel: boolean }): Promise<void>;
  scheduleDeletion(windowInDays: number): Promise<ScheduledDeletion>;
  cancelDeletion(): Promise<void>;
  /** @throws where the store does not show whether it is */
  isDeleted(): Promise<boolean>;
  /** @returns whether the store says that there is no such key, or that it may not be seen */
  isUnseenBy(error: unknown): boolean;
  setRotationPeriod(days: number): Promise<void>;
  /**
   * Rotates the key, once for each time that it is asked.
   * @returns why the store does not rotate it, undefined where it does
   * @throws where it is not known whether it does
   */
  rotate(): Promise<unknown>;
  materialStatus(): Promise<MaterialStatus>;
  /**
   * @returns whether the material, which the caller names, encrypts nothing any more
   * @throws Problem 400 where the key never had it
   */
  isSuperseded(keyMaterialId: string): Promise<boolean>;
  /**
   * @param isRotating whether one is at work, which is in no list yet
   * @returns undefined where the store has no limit
   */
  rotationsLeft(isRotating: boolean): Promise<number | undefined>;
  /** @throws Problem 400 invalid-cursor */
  rotations(query: RotationsQuery): Promise<{ rotations: Rotation[]; nextCursor?: string }>;
}

/** What the store says of a deletion. */
export interface ScheduledDeletion {
  /** RFC 3339 */
  readonly deletionDate?: string;
  /** absent where it was scheduled before */
  readonly kmsRequestId?: string;
}

export interface MaterialStatus {
  readonly currentKeyMaterialId: string;
  /** whether an on-demand rotation is at work */
  readonly isRotating: boolean;
}

/** In KMS's words: the API has no others. */
export type ExpectedState = 'Enabled' | 'Disabled' | 'PendingDeletion';

/** What the row of a tenant says of its key. */
export interface TenantOfStore {
  readonly tenantId: string;
  readonly status: TenantStatus;
  readonly rotationPeriodInDays: number;
  readonly keyName?: string | undefined;
  /** as whom the tenant signs in to its store, where the store has an identity a tenant */
  readonly keyClientId?: string | undefined;
  /** RFC 3339, like all times here */
  readonly keyCreatedAt?: string | undefined;
  /** when the row said that the store is being asked for a key */
  readonly keyRequestedAt?: string | undefined;
  readonly offboarding?:
    | {
        readonly requestedAt: string;
        readonly windowInDays: number;
        readonly deletionDate?: string | undefined;
      }
    | undefined;
}

/** A key, as it is written down in the row. */
export interface StoredKey {
  readonly keyName: string;
  readonly keyCreatedAt: string;
  readonly keyClientId?: string;
}

/** What was changed in the store without the product. */
export interface KeyDrift {
  readonly kind: FindingKind;
  readonly detail: string;
  /** absent where it is only reported: what would give use of a key back, or what cannot be undone */
  repair?(): Promise<void>;
}

/** What a store beside KMS of this account adds, which has no aliases, no tags and no deletion window of its own. */
export interface KeyStoreAdministration {
  /** @param end epoch milliseconds after which nothing is changed */
  keyOf(tenant: TenantOfStore, end: number): KeyAdministration;
  /**
   * For an onboarding.
   * @returns the key that was made for it and never written down, undefined where the store has none of that name
   * @throws Problem 409 alias-taken where a key is there that this onboarding did not make
   */
  findKey(tenant: TenantOfStore): Promise<StoredKey | undefined>;
  makeKey(tenant: TenantOfStore): Promise<StoredKey>;
  /** Lets the tenant in. May be repeated. */
  finishKey(tenant: TenantOfStore): Promise<void>;
  /**
   * For the reconciler: what is not as the row says, in the order in which it is to be repaired.
   * @param expected the state of the key that goes with the tenant's status
   */
  driftOf(tenant: TenantOfStore, expected: ExpectedState): Promise<readonly KeyDrift[]>;
  /** Absent where the store itself holds a deletion back. */
  readonly deletionWindow?: DeletionWindow;
  /**
   * For the reconciler: deletes the key, and whatever else the store has of the tenant. May be repeated.
   * @param now epoch milliseconds
   * @throws DeletionHeldBack where the deletion's window is not over by then
   */
  destroy(tenant: TenantOfStore, now: number): Promise<void>;
}

/**
 * For the reconciler: the time before which no key is deleted, whatever the row says of it. It is of the length that the
 * configuration has, and what it counts from is in the store, where only the reconciler writes it.
 */
export interface DeletionWindow {
  /** @returns epoch milliseconds; undefined where it has not begun, or the key is not the tenant's; 0 where there is no key */
  endOf(tenant: TenantOfStore): Promise<number | undefined>;
  /** Once the row asks for the deletion. May be repeated: the end stays as it is. A key that is not the tenant's it leaves alone. */
  begin(tenant: TenantOfStore): Promise<void>;
}

export class DeletionHeldBack extends Error {
  override readonly name = 'DeletionHeldBack';
}

/** Whose function it is: each store lets it in by that, and for what it is there. */
export interface FunctionIdentity {
  readonly role: 'control-plane' | 'reconciler';
  /** name of the session broker's function; there where a store takes tokens of our own issuer */
  readonly brokerName: string | undefined;
  /** of the role whose sessions are tenants' */
  readonly tenantRoleArn: string;
  /** the shortest of the stack's configuration */
  readonly deletionWindowInDays: number;
}

const dayMs = 86_400_000;

/** @returns when the window is over that began with the offboarding: the same, however often it is asked for */
export function deletionDateOf({ offboarding }: TenantOfStore): string {
  if (offboarding === undefined) throw new Error('a deletion without an offboarding');
  const { requestedAt, windowInDays, deletionDate } = offboarding;
  return deletionDate ?? new Date(Date.parse(requestedAt) + windowInDays * dayMs).toISOString();
}
