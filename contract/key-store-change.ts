/** The change of a tenant's key store: its requests, and how far it has come. */
import * as z from 'zod/mini';
import { externalKeyArn, keyArnWithItsStore } from './external-account.ts';
import { type KeyStoreName, keyStoreName } from './key-stores.ts';

export const keyStoreChangeRequest = z
  .strictObject({
    /** where the tenant's key is to be */
    keyStore: keyStoreName,
    /** of the key that is there already, in the tenant's own account */
    keyArn: z.optional(externalKeyArn),
  })
  .check(keyArnWithItsStore);
export type KeyStoreChangeRequest = z.output<typeof keyStoreChangeRequest>;

/**
 * From the turn to the new key on both keys decrypt, but the key before goes on encrypting for so long: longer than any
 * function relies on a row that it has read before.
 */
export const settlesAfterMs = 65_000;

/** A new role assignment counts within 10 minutes (Azure RBAC, "Troubleshoot"): until then nobody could encrypt with a new key there. */
const azureCountsAfterMs = 10 * 60_000;

/** The same, after the turn to a key that was made for it. */
export const newKeySettlesAfterMs = (keyStore: KeyStoreName): number =>
  settlesAfterMs + (keyStore === 'azure-key-vault' ? azureCountsAfterMs : 0);

/**
 * After the turn has settled, for how long a request may still be at work that has read the row before. API Gateway gives up
 * after 29 s.
 */
export const longestRequestMs = 30_000;

export const keyStoreChangeStage = z.enum(['key-requested', 'both-readable', 'previous-ending']);

/** There is one from the request until the key before is deleted. */
export const keyStoreChange = z.strictObject({
  from: keyStoreName,
  to: keyStoreName,
  /**
   * `key-requested`: the new key is not there yet, and nothing else has changed. `both-readable`: both keys decrypt, until
   * the end of the one before is asked for. `previous-ending`: it decrypts nothing any more.
   */
  stage: keyStoreChangeStage,
  /** when the change was asked for; only until the new key is there */
  requestedAt: z.optional(z.string()),
  /** from when on the new key encrypts */
  since: z.optional(z.string()),
  /** of the key before, in KMS */
  previousKeyArn: z.optional(z.string()),
  /** of the key before, in another store, as the store and messages name it */
  previousKeyName: z.optional(z.string()),
  /** how many purposes of macs had keys under the key before when it was last counted; absent: not counted yet */
  macKeysLeft: z.optional(z.int()),
  macKeysCountedAt: z.optional(z.string()),
  /** when the key before is deleted */
  deletionDate: z.optional(z.string()),
});
export type KeyStoreChange = z.output<typeof keyStoreChange>;
