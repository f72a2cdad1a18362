/**
 * The control plane: tenants and their keys. Invariant: no cryptography; the function's role may administer keys and
 * is denied every use of them.
 */
import { readEnvironment, tenantsEnvironment } from '../contract/environment.ts';
import { listQuery, onboardRequest, tenantPatch } from '../contract/tenants.ts';
import { type ApiRequest, apiHandler, type Serve } from './http/api-handler.ts';
import { withThrottlingResponse } from './http/kms-throttling.ts';
import { queryOf, tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { validated } from './http/validation.ts';
import { configuredStores } from './tenants/configured-stores.ts';
import { openControlPlane } from './tenants/control-plane.ts';
import { externalAccounts } from './tenants/external-account.ts';
import { keyStoreOperations } from './tenants/key-store-operations.ts';
import { administrationOf } from './tenants/keys/administration.ts';
import { transition } from './tenants/lifecycle/lifecycle.ts';
import { onboard } from './tenants/lifecycle/onboarding.ts';
import { listTenants } from './tenants/registry/listing.ts';
import { changeNames } from './tenants/registry/names.ts';
import type { Intent } from './tenants/registry/status.ts';
import { hasKey, tenantOf } from './tenants/registry/tenant-row.ts';
import { bodyOf, offboardRequests, requireEmptyBody } from './tenants/requests.ts';
import { rotationOperations } from './tenants/rotation-operations.ts';

const environment = readEnvironment(tenantsEnvironment);
const plane = openControlPlane(environment);
const { work, keyMakingWork, rowOf } = plane;
const configured = configuredStores(environment.KEY_STORES);
const external = externalAccounts(plane, configured);
const offboardRequestOf = offboardRequests(environment.DELETION_WINDOW_IN_DAYS);

export const handler = apiHandler<'tenants'>(
  withThrottlingResponse({
    onboard: put,
    externalAccount: external.setup,
    read,
    list,
    update,
    suspend: transitionTo('suspend'),
    resume: transitionTo('resume'),
    restore: transitionTo('restore'),
    offboard,
    ...rotationOperations(plane),
    ...keyStoreOperations(plane, configured, external, offboardRequestOf),
  }),
);

async function put({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const request = bodyOf(event, onboardRequest, { optional: true });
  configured.require(request.keyStore);
  const { keyArn } = request;
  const { row, created } =
    keyArn === undefined
      ? await onboard(await keyMakingWork(context), tenantId, request)
      : await external.onboard({ event, context }, tenantId, { ...request, keyArn });
  return json<'onboard'>(created ? 201 : 200, tenantOf(row));
}

async function read({ event, context }: ApiRequest) {
  const row = await rowOf(tenantOfPath(event));
  if (!hasKey(row)) return json<'read'>(200, tenantOf(row));
  const key = await administrationOf(work(context), row);
  return json<'read'>(200, { ...tenantOf(row), key: await key.describe() });
}

async function list({ event }: ApiRequest) {
  const query = validated(listQuery, queryOf(event), 'query');
  const { rows, nextCursor } = await listTenants(plane.table, environment.TABLE_NAME, query);
  return json<'list'>(200, { tenants: rows.map(tenantOf), nextCursor });
}

async function update({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const patch = bodyOf(event, tenantPatch);
  return json<'update'>(200, tenantOf(await changeNames(work(context), tenantId, patch)));
}

function transitionTo(intent: Exclude<Intent, 'offboard'>): Serve {
  return async ({ event, context }) => {
    const tenantId = tenantOfPath(event);
    requireEmptyBody(event);
    const row = await transition(work(context), tenantId, { intent });
    return json<typeof intent>(200, tenantOf(row));
  };
}

async function offboard({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const request = offboardRequestOf(event);
  const row = await transition(work(context), tenantId, { intent: 'offboard', request });
  return json<'offboard'>(202, { ...tenantOf(row), keyLastUsed: row.offboarding?.keyLastUsed });
}
