/**
 * What the life of a tenant asks of the tenant's key, whatever keeps it. Invariant: each change may be repeated from its
 * beginning, but for `rotate`; and a change that is refused counts as done only after the store has shown that the key
 * is as it was to be.
 */
import type { KeyUse } from '../../contract/key-use.ts';
import type { KeyDetails, Rotation, RotationsQuery } from '../../contract/tenants.ts';

/** One tenant's key, for one invocation, which makes no change of it after its end. */
export interface KeyAdministration {
  /** @throws Problem 409 key-mismatch where it is another tenant's; what the store says where it shows no such key */
  requireOwn(): Promise<void>;
  /** Never fails for a key that is deleted, whose state is Missing. */
  describe(): Promise<KeyDetails>;
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
  /** @param isRotating whether one is at work, which is in no list yet */
  rotationsLeft(isRotating: boolean): Promise<number>;
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
