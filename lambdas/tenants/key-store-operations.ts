/** The key store of a tenant's key: which there are, the change to another, and the end of the key before. */
import { keyStoreChangeRequest } from '../../contract/key-store-change.ts';
import type { ApiRequest } from '../http/api-handler.ts';
import { tenantOfPath } from '../http/request.ts';
import { json } from '../http/response.ts';
import type { ConfiguredStores } from './configured-stores.ts';
import type { ControlPlane } from './control-plane.ts';
import type { externalAccounts } from './external-account.ts';
import { changeKeyStore } from './lifecycle/key-store-change.ts';
import { endPreviousKey, restorePreviousKey } from './lifecycle/previous-key.ts';
import { tenantOf } from './registry/tenant-row.ts';
import { bodyOf, type offboardRequests, requireEmptyBody } from './requests.ts';

/** @param offboardRequestOf reads the request for the end of a key: that of a tenant's previous one is asked for as its own is */
export const keyStoreOperations = (
  { work, keyMakingWork }: ControlPlane,
  configured: ConfiguredStores,
  external: ReturnType<typeof externalAccounts>,
  offboardRequestOf: ReturnType<typeof offboardRequests>,
) => ({
  async listKeyStores() {
    return json<'listKeyStores'>(200, { keyStores: [...configured.stores] });
  },

  async changeKeyStore({ event, context }: ApiRequest) {
    const tenantId = tenantOfPath(event);
    const { keyStore, keyArn } = bodyOf(event, keyStoreChangeRequest);
    configured.require(keyStore);
    const row =
      keyArn === undefined
        ? await changeKeyStore(await keyMakingWork(context), tenantId, keyStore)
        : await external.change({ event, context }, tenantId, keyArn);
    const tenant = tenantOf(row);
    return json<'changeKeyStore'>(tenant.keyStoreChange === undefined ? 200 : 202, tenant);
  },

  async endPreviousKey({ event, context }: ApiRequest) {
    const tenantId = tenantOfPath(event);
    const row = await endPreviousKey(work(context), tenantId, offboardRequestOf(event));
    return json<'endPreviousKey'>(202, tenantOf(row));
  },

  async restorePreviousKey({ event, context }: ApiRequest) {
    const tenantId = tenantOfPath(event);
    requireEmptyBody(event);
    const row = await restorePreviousKey(work(context), tenantId);
    return json<'restorePreviousKey'>(200, tenantOf(row));
  },
});
