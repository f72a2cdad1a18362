/** The other tenant's attempts, each of which must be refused, and for the right reason. */
import { AccessError, DecryptionFailedError } from '../../client/tenant-keys.ts';
import { StepFailure } from '../step.ts';
import type { Smoke } from './smoke.ts';

export async function neighbourRefused({ first, second, patience }: Smoke): Promise<string> {
  const message = first.message ?? new Uint8Array();
  const { signal } = patience;
  const attempts = {
    "the neighbour's token at the tenant's path": async () => {
      await second.keys.tenant(first.id).decrypt(message, { signal });
    },
    "the tenant's message at the neighbour's path": async () => {
      await second.keys.tenant(second.id).decrypt(message, { signal });
    },
    "the neighbour's token at the tenant's audit": async () => {
      await second.keys.tenant(first.id).audit({ limit: 1, signal }).next();
    },
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const outcome = await attempt().then(
      () => 'got through',
      (error: unknown) => {
        if (error instanceof AccessError && error.status === 403) return 'refused';
        return error instanceof DecryptionFailedError ? 'refused' : Promise.reject(error);
      },
    );
    if (outcome !== 'refused') throw new StepFailure(`${name} ${outcome}`);
  }
  return `refused: ${Object.keys(attempts).join('; ')}`;
}
