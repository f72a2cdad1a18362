/**
 * Makes the key of a tenant that is being onboarded in another store than KMS, where a key has the tenant's name. Invariant:
 * before the store is asked for a key the row says so; a key of that name that is older, or of which no row says that it was
 * asked for, is not taken.
 */
import type { KeyStoreAdministration } from '../../key-stores/key-administration.ts';
import { answerReserveMs } from '../registry/lease.ts';
import { type KeyMaking, requireTime, write } from './held-row.ts';

export const storedKeyMaking = (store: KeyStoreAdministration): KeyMaking => ({
  async recover(held) {
    if (held.row.keyName !== undefined) {
      await store.keyOf(held.row, held.options.end).requireOwn();
      return true;
    }
    const key = await store.findKey(held.row);
    if (key !== undefined) await write(held, { ...key, keyRequestedAt: null });
    return key !== undefined;
  },
  async make(held) {
    await write(held, { keyRequestedAt: new Date().toISOString() });
    requireTime(held, answerReserveMs);
    await write(held, { ...(await store.makeKey(held.row)), keyRequestedAt: null });
  },
  async finish(held) {
    requireTime(held, answerReserveMs);
    await store.finishKey(held.row);
  },
});
