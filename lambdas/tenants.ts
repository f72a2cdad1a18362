/**
 * The control plane: tenants and their keys. Invariant: no cryptography; the function's role may administer keys and
 * is denied every use of them.
 */

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { readEnvironment, tenantsEnvironment } from '../contract/environment.ts';
import { externalAccountQuery } from '../contract/external-account.ts';
import { keyStoreChangeRequest } from '../contract/key-store-change.ts';
import { configuredKeyStores, defaultKeyStore, type KeyStoreName } from '../contract/key-stores.ts';
import { keyStoreNotConfigured, tenantNotFound, unauthorized } from '../contract/problem.ts';
import {
  emptyRequest,
  listQuery,
  type OnboardRequest,
  offboardQuery,
  onboardRequest,
  rotateRequest,
  rotationRequest,
  rotationsQuery,
  tenantPatch,
} from '../contract/tenants.ts';
import { callBudget } from './aws/call-budget.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { keyArnPrefixOf } from './aws/kms-keys.ts';
import { type ApiRequest, apiHandler, type Serve } from './http/api-handler.ts';
import { jsonBody } from './http/json-body.ts';
import { withThrottlingResponse } from './http/kms-throttling.ts';
import { bearerOf, principalOf, queryOf, tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { validated } from './http/validation.ts';
import { keyStoreAdministrations } from './key-stores/key-store-administrations.ts';
import { ownNames } from './stack/own-names.ts';
import { administrationOf } from './tenants/keys/administration.ts';
import type { TenantWork } from './tenants/keys/key-state.ts';
import { stackKeyPolicy } from './tenants/keys/stack-key-policy.ts';
import type { OnboardingOptions } from './tenants/lifecycle/held-row.ts';
import { changeKeyStore } from './tenants/lifecycle/key-store-change.ts';
import { transition } from './tenants/lifecycle/lifecycle.ts';
import { explainMissingKey } from './tenants/lifecycle/missing-key.ts';
import { rotateOnDemand } from './tenants/lifecycle/on-demand-rotation.ts';
import { type OnboardedTenant, onboard } from './tenants/lifecycle/onboarding.ts';
import { endPreviousKey, restorePreviousKey } from './tenants/lifecycle/previous-key.ts';
import { setRotationPeriod } from './tenants/lifecycle/rotation-period.ts';
import type { OffboardRequest } from './tenants/lifecycle/transitions.ts';
import { keyArnsOf, listTenants } from './tenants/registry/listing.ts';
import { changeNames } from './tenants/registry/names.ts';
import { recordedChanges } from './tenants/registry/recorded-changes.ts';
import { getTenant, openRegistry } from './tenants/registry/registry.ts';
import { type Intent, requireAllowed, statusRules } from './tenants/registry/status.ts';
import { hasKey, tenantOf } from './tenants/registry/tenant-row.ts';

const environment = readEnvironment(tenantsEnvironment);
const tableName = environment.TABLE_NAME;
const account = { partition: environment.PARTITION, accountId: environment.ACCOUNT_ID };
const keyPolicyOf = stackKeyPolicy(environment);
const configured = configuredKeyStores(environment.KEY_STORES);
const otherKeyStores = keyStoreAdministrations(environment.KEY_STORES, {
  role: 'control-plane',
  brokerName: environment.SESSION_BROKER_NAME,
  tenantRoleArn: environment.TENANT_ROLE_ARN,
  deletionWindowInDays: environment.DELETION_WINDOW_IN_DAYS,
});
const kms = new KMSClient(clientConfiguration);
const { requestHandler } = kms.config;
const kmsWithoutRetry = new KMSClient({ ...clientConfiguration, requestHandler, maxAttempts: 1 });
const dynamodb = new DynamoDBClient({ ...clientConfiguration, requestHandler });
const table = DynamoDBDocumentClient.from(dynamodb);
kms.middlewareStack.use(callBudget('kms'));
kmsWithoutRetry.middlewareStack.use(callBudget('kms'));
table.middlewareStack.use(callBudget('table'));

/** Enough for two names of 256 characters, each of them escaped, and the other members. */
const maxBodyBytes = 16 * 1024;

const offboarding = offboardQuery(environment.DELETION_WINDOW_IN_DAYS);

export const handler = apiHandler<'tenants'>(
  withThrottlingResponse({
    onboard: put,
    read,
    externalAccount,
    list,
    update,
    suspend: transitionTo('suspend'),
    resume: transitionTo('resume'),
    restore: transitionTo('restore'),
    offboard,
    setRotation,
    listRotations: rotations,
    rotate,
    changeKeyStore: moveKey,
    endPreviousKey: endPrevious,
    restorePreviousKey: restorePrevious,
    listKeyStores,
  }),
);

async function put({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const request = jsonBody(event, onboardRequest, { maxBytes: maxBodyBytes, optional: true });
  requireConfigured(request.keyStore);
  const { keyArn } = request;
  if (keyArn !== undefined) {
    return onboarded(await withExternalKey({ event, context }, tenantId, { ...request, keyArn }));
  }
  return onboarded(await onboard(await keyMakingWork(context), tenantId, request));
}

const onboarded = ({ row, created }: OnboardedTenant) =>
  json<'onboard'>(created ? 201 : 200, tenantOf(row));

/** Nothing of it is loaded where no tenant has such a key. */
async function withExternalKey(
  { event, context }: ApiRequest,
  tenantId: string,
  request: OnboardRequest & { readonly keyArn: string },
): Promise<OnboardedTenant> {
  const { token } = bearerOf(event, tenantId);
  if (token === undefined) throw unauthorized();
  const { onboardExternal } = await import('./tenants/lifecycle/external-onboarding.ts');
  const { challengeClient } = await import('./sessions/challenge-client.ts');
  const challenge = challengeClient(environment.SESSION_BROKER_NAME ?? '');
  return onboardExternal(
    {
      ...work(context),
      ...(await externalAccounts()),
      rotationPeriodInDays: environment.ROTATION_PERIOD_IN_DAYS,
      partition: environment.PARTITION,
      knownKeyArns: () => keyArnsOf(table, tableName),
      challenge: (keyArn) => challenge({ token, tenantId, keyArn }),
    },
    tenantId,
    request,
  );
}

async function externalAccount({ event }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const query = validated(externalAccountQuery, queryOf(event), 'query');
  const { externalSetup } = await import('./tenants/lifecycle/external-setup.ts');
  const stack = {
    ...(await externalAccounts()),
    name: ownNames.name,
    partition: environment.PARTITION,
    productAccountId: environment.ACCOUNT_ID,
    tenantRoleArn: environment.TENANT_ROLE_ARN,
  };
  return json<'externalAccount'>(200, externalSetup(stack, tenantId, query));
}

/** @throws Problem 400 where the configuration has none */
async function externalAccounts() {
  const { awsKmsExternal } = environment.KEY_STORES ?? {};
  if (awsKmsExternal === undefined) throw notConfigured();
  const ours = environment.ACCOUNT_ID;
  return {
    accounts: awsKmsExternal.accounts.filter((account) => account !== ours),
    region: await kms.config.region(),
  };
}

async function moveKey({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const { keyStore } = jsonBody(event, keyStoreChangeRequest, { maxBytes: maxBodyBytes });
  requireConfigured(keyStore);
  const row = await changeKeyStore(await keyMakingWork(context), tenantId, keyStore);
  const tenant = tenantOf(row);
  return json<'changeKeyStore'>(tenant.keyStoreChange === undefined ? 200 : 202, tenant);
}

async function endPrevious({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const row = await endPreviousKey(work(context), tenantId, offboardRequestOf(event));
  return json<'endPreviousKey'>(202, tenantOf(row));
}

async function restorePrevious({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  jsonBody(event, emptyRequest, { maxBytes: maxBodyBytes, optional: true });
  return json<'restorePreviousKey'>(
    200,
    tenantOf(await restorePreviousKey(work(context), tenantId)),
  );
}

function requireConfigured(wanted: KeyStoreName = defaultKeyStore): void {
  if (!configured.some(({ keyStore }) => keyStore === wanted)) throw notConfigured();
}

const notConfigured = () =>
  keyStoreNotConfigured(configured.map(({ keyStore }) => keyStore).join(', '));

async function listKeyStores() {
  return json<'listKeyStores'>(200, { keyStores: [...configured] });
}

async function read({ event, context }: ApiRequest) {
  const row = await rowOfPath(event);
  if (!hasKey(row)) return json<'read'>(200, tenantOf(row));
  const key = await administrationOf(work(context), row);
  return json<'read'>(200, { ...tenantOf(row), key: await key.describe() });
}

async function list({ event }: ApiRequest) {
  const query = validated(listQuery, queryOf(event), 'query');
  const { rows, nextCursor } = await listTenants(table, tableName, query);
  return json<'list'>(200, { tenants: rows.map(tenantOf), nextCursor });
}

async function update({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const patch = jsonBody(event, tenantPatch, { maxBytes: maxBodyBytes });
  return json<'update'>(200, tenantOf(await changeNames(work(context), tenantId, patch)));
}

function transitionTo(intent: Exclude<Intent, 'offboard'>): Serve {
  return async ({ event, context }) => {
    const tenantId = tenantOfPath(event);
    jsonBody(event, emptyRequest, { maxBytes: maxBodyBytes, optional: true });
    return json<typeof intent>(
      200,
      tenantOf(await transition(work(context), tenantId, { intent })),
    );
  };
}

async function offboard({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const request = offboardRequestOf(event);
  const row = await transition(work(context), tenantId, { intent: 'offboard', request });
  return json<'offboard'>(202, { ...tenantOf(row), keyLastUsed: row.offboarding?.keyLastUsed });
}

function offboardRequestOf(event: APIGatewayProxyEvent): OffboardRequest {
  const { windowInDays, force } = validated(offboarding, queryOf(event), 'query');
  jsonBody(event, emptyRequest, { maxBytes: maxBodyBytes, optional: true });
  return {
    windowInDays: windowInDays ?? environment.DELETION_WINDOW_IN_DAYS,
    windowByDefault: windowInDays === undefined,
    force,
    requestedBy: principalOf(event),
  };
}

async function setRotation({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  const request = jsonBody(event, rotationRequest, { maxBytes: maxBodyBytes });
  const { rotationPeriodInDays } = request;
  return json<'setRotation'>(
    200,
    tenantOf(await setRotationPeriod(work(context), tenantId, rotationPeriodInDays)),
  );
}

async function rotations({ event, context }: ApiRequest) {
  const query = validated(rotationsQuery, queryOf(event), 'query');
  const row = await rowOfPath(event);
  const { rotationHistory, otherTransition } = statusRules[row.status];
  requireAllowed(rotationHistory);
  if (!hasKey(row)) throw otherTransition();
  const key = await administrationOf(work(context), row);
  return json<'listRotations'>(200, await explainMissingKey(key, row, () => key.rotations(query)));
}

async function rotate({ event, context }: ApiRequest) {
  const wanted = jsonBody(event, rotateRequest, { maxBytes: maxBodyBytes, optional: true });
  const row = await rowOfPath(event);
  const rotation = { ...work(context), kmsWithoutRetry };
  const { isBegun, started } = await rotateOnDemand(rotation, row, wanted);
  return json<'rotate'>(isBegun ? 202 : 200, started);
}

function work(context: ApiRequest['context']): TenantWork {
  const holder = randomUUID();
  return {
    kms,
    keyStores: otherKeyStores,
    registry: recordedChanges(openRegistry(table, tableName, holder)),
    holder,
    end: Date.now() + context.getRemainingTimeInMillis(),
  };
}

async function keyMakingWork(context: ApiRequest['context']): Promise<OnboardingOptions> {
  return {
    ...work(context),
    kmsWithoutRetry,
    knownKeyArns: () => keyArnsOf(table, tableName),
    keyPolicyOf,
    keyArnPrefix: await keyArnPrefixOf(kms, account),
    rotationPeriodInDays: environment.ROTATION_PERIOD_IN_DAYS,
  };
}

async function rowOfPath(event: APIGatewayProxyEvent) {
  const row = await getTenant(table, tableName, tenantOfPath(event));
  if (row === undefined) throw tenantNotFound();
  return row;
}
