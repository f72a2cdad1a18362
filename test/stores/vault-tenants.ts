/** The life of tenants whose keys are in a real store. */
import type { VaultSend } from '../../lambdas/key-stores/vault/vault-requests.ts';
import type { Aws, Fault } from '../lambdas/tenants/aws.ts';
import { storedTenants } from '../lambdas/tenants/stored-tenants.ts';
import { administrationBy, sendAs } from './administration-harness.ts';
import type { Store } from './store.ts';

export async function vaultTenants(aws: Aws, store: Store) {
  const sends = {
    'control-plane': await sendAs(store, 'control-plane'),
    reconciler: await sendAs(store, 'reconciler'),
    observer: await sendAs(store, 'observer'),
  };
  return storedTenants(aws, {
    keyStore: 'vault',
    administration(as, fault) {
      const change = faulty(sends[as], fault);
      const read = as === 'reconciler' ? faulty(sends.observer, fault) : change;
      return administrationBy(store, (method, ...rest) =>
        (method === 'GET' ? read : change)(method, ...rest),
      );
    },
  });
}

/** A request to the store is a call like one to AWS: the process may end before it, or before its answer. */
const faulty =
  (send: VaultSend, { before, after }: Fault): VaultSend =>
  async (method, path, ...rest) => {
    before?.(`${method} ${path}`);
    try {
      return await send(method, path, ...rest);
    } finally {
      after?.(`${method} ${path}`);
    }
  };
