/**
 * The data plane: cryptography for one tenant. Invariant: whose request it is, three parties say
 * alike, the token's authorizer, the path and, in tenant isolation mode, Lambda; and nothing is done for
 * the tenant but with the tenant's own session.
 */

import type * as z from 'zod/mini';
import { isAccessDenied } from './aws/error.ts';
import { checkAnswerSize, eachItem } from './envelope/batch.ts';
import { decryptBody, encryptBody, reencryptBody } from './envelope/body.ts';
import { cachedWrapping } from './envelope/cached-wrapping.ts';
import { open, reseal, seal, type TenantKey } from './envelope/ciphertext.ts';
import { contextOf } from './envelope/context.ts';
import {
  batchRequest,
  dataKeyRequest,
  decryptDataKeyRequest,
  decryptItem,
  encryptItem,
  maxBatchItems,
  maxBodyBytes,
} from './envelope/contract.ts';
import { generateDataKey, unwrapDataKey } from './envelope/data-key.ts';
import { DataKeyCache } from './envelope/data-key-cache.ts';
import { checkDirectSize } from './envelope/direct.ts';
import { kmsWrapping } from './envelope/kms-wrapping.ts';
import { cryptoEnvironment, readEnvironment } from './environment.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { acceptedAnswer } from './http/bytes.ts';
import { jsonBody } from './http/json-body.ts';
import { forbidden, keyNotReady, tenantNotFound } from './http/problem.ts';
import { json } from './http/response.ts';
import { tenantOfPath } from './http/tenant-of-path.ts';
import { validated } from './http/validated.ts';
import { getTenant } from './tenant/registry.ts';
import { registryCache } from './tenant/registry-cache.ts';
import type { TenantRow } from './tenant/row.ts';
import { tenantSessions } from './tenant/session.ts';
import { refusalOfUse } from './tenant/status.ts';

const environment = readEnvironment(cryptoEnvironment);
const isolated = environment.TENANT_ISOLATION === 'true';
const sessionOf = tenantSessions(environment.TENANT_ROLE_ARN);
const tenantOf = registryCache({ ttlMs: environment.REGISTRY_TTL_SECONDS * 1000 }, (tenantId) =>
  getTenant(sessionOf(tenantId).table, environment.TABLE_NAME, tenantId),
);
const limits = {
  maxAgeMs: environment.DATA_KEY_MAX_AGE_SECONDS * 1000,
  maxMessages: environment.DATA_KEY_MAX_MESSAGES,
  maxBytes: environment.DATA_KEY_MAX_BYTES,
  // As many as a batch has items, each of which may be under a data key of its own.
  maxEntries: maxBatchItems,
};
const cacheIsOn = Object.values(limits).every((limit) => limit > 0);
const dataKeys = new DataKeyCache(limits);
/** Within one request nothing grows old, and no body has more. */
const oneRequest = {
  ...limits,
  maxAgeMs: 60_000,
  maxMessages: maxBatchItems,
  maxBytes: maxBodyBytes,
};

/** KMS tags take up to five minutes to count for authorization (Developer Guide, "ABAC for AWS KMS"). */
const tagsCountAfterInMs = 5 * 60_000;

export const handler = apiHandler<'crypto'>({
  async encrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const answer = acceptedAnswer(request.event);
    const { plaintext, encryptionContext, mode = 'envelope' } = encryptBody(request.event);
    if (mode === 'direct') checkDirectSize(plaintext);
    const context = contextOf(tenantId, encryptionContext);
    const ciphertext = await withKeyOf(tenantId, (keyFor) =>
      seal(keyFor(plaintext.length), plaintext, context, mode),
    );
    return answer('ciphertext', ciphertext);
  },

  async decrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const answer = acceptedAnswer(request.event);
    const { ciphertext, encryptionContext } = decryptBody(request.event);
    const context = contextOf(tenantId, encryptionContext);
    const plaintext = await withKeyOf(tenantId, (keyFor) => open(keyFor(), ciphertext, context));
    return answer('plaintext', plaintext);
  },

  async reencrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const answer = acceptedAnswer(request.event);
    const {
      ciphertext,
      encryptionContext,
      newEncryptionContext = encryptionContext,
    } = reencryptBody(request.event);
    const from = contextOf(tenantId, encryptionContext);
    const to = contextOf(tenantId, newEncryptionContext);
    const resealed = await withKeyOf(tenantId, (keyFor) =>
      reseal(keyFor(), ciphertext, { from, to }),
    );
    return answer('ciphertext', resealed);
  },

  async encryptBatch(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const { items } = inJson(request, batchRequest);
    checkAnswerSize(items);
    const results = await withKeyOf(tenantId, (keyFor) =>
      eachItem(items, async (item) => {
        const { plaintext, encryptionContext } = validated(encryptItem, item, 'item');
        const context = contextOf(tenantId, encryptionContext);
        const message = await seal(keyFor(plaintext.length), plaintext, context, 'envelope');
        return { ciphertext: message.toString('base64') };
      }),
    );
    return json(200, { items: results });
  },

  async decryptBatch(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const { items } = inJson(request, batchRequest);
    const results = await withKeyOf(tenantId, (keyFor) =>
      eachItem(items, async (item) => {
        const { ciphertext, encryptionContext } = validated(decryptItem, item, 'item');
        const context = contextOf(tenantId, encryptionContext);
        const plaintext = await open(keyFor(), ciphertext, context);
        return { plaintext: plaintext.toString('base64') };
      }),
    );
    return json(200, { items: results });
  },

  async generateDataKey(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const { encryptionContext, plaintext: wanted = true } = inJson(request, dataKeyRequest);
    const context = contextOf(tenantId, encryptionContext);
    return withKeyOf(tenantId, async (keyFor) => {
      const key = keyFor();
      const { wrappedDataKey, plaintext } = await generateDataKey(key, context, wanted);
      return json(200, {
        keyArn: key.keyArn,
        wrappedDataKey: base64(wrappedDataKey),
        ...(plaintext !== undefined && { plaintext: base64(plaintext) }),
      });
    });
  },

  async decryptDataKey(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const { wrappedDataKey, encryptionContext } = inJson(request, decryptDataKeyRequest);
    const context = contextOf(tenantId, encryptionContext);
    const plaintext = await withKeyOf(tenantId, (keyFor) =>
      unwrapDataKey(keyFor(), wrappedDataKey, context),
    );
    return json(200, { plaintext: base64(plaintext) });
  },
});

const inJson = <S extends z.core.$ZodType>({ event }: ApiRequest, schema: S): z.output<S> =>
  jsonBody(event, schema, { maxBytes: maxBodyBytes });

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** @throws Problem 403 unless all who can say whose request this is say the same */
function authenticatedTenant({ event, context }: ApiRequest): string {
  const tenantId = tenantOfPath(event);
  if (event.requestContext.authorizer?.tenantId !== tenantId) throw forbidden();
  if (isolated && context.tenantId !== tenantId) throw forbidden();
  return tenantId;
}

/**
 * The key for one message. Without the size of its plaintext it gets a data key of its own, so that what is
 * sealed anew is under the key's current material.
 */
type KeyFor = (plaintextBytes?: number) => TenantKey;

/** @throws Problem 4xx where the tenant's key may not be used, 503 where it cannot be yet */
async function withKeyOf<T>(tenantId: string, use: (keyFor: KeyFor) => Promise<T>): Promise<T> {
  const { keyArn, keyCreatedAt } = await activeTenant(tenantId);
  const { kms } = sessionOf(tenantId);
  const wrapping = kmsWrapping(kms, keyArn);
  // Where the cache is off, the messages of one request share their data keys all the same.
  const cache = cacheIsOn ? dataKeys : new DataKeyCache(oneRequest);
  const keyFor: KeyFor = (plaintextBytes) => {
    const scope = { tenantId, keyArn, ...(plaintextBytes !== undefined && { plaintextBytes }) };
    return { kms, keyArn, wrapping: cachedWrapping(wrapping, cache, scope) };
  };
  try {
    return await use(keyFor);
  } catch (error) {
    // On an older key the same is a wrong policy, which waiting does not mend: a 500.
    if (isAccessDenied(error) && isFresh(keyCreatedAt)) throw keyNotReady(5);
    throw error;
  } finally {
    if (!cacheIsOn) cache.clear();
  }
}

async function activeTenant(tenantId: string): Promise<TenantRow & { keyArn: string }> {
  const row = await tenantOf(tenantId);
  const refusal = row === undefined ? tenantNotFound() : refusalOfUse(row.status);
  if (row === undefined || refusal !== undefined) {
    dataKeys.forget(tenantId);
    throw refusal;
  }
  const { keyArn } = row;
  if (keyArn === undefined) throw new Error('the row of an active tenant has no key');
  return { ...row, keyArn };
}

const isFresh = (keyCreatedAt: string | undefined): boolean =>
  keyCreatedAt !== undefined && Date.now() - Date.parse(keyCreatedAt) < tagsCountAfterInMs;
