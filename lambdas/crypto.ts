/**
 * The data plane: cryptography for one tenant. Invariant: the token, the authorizer, the path and, in tenant isolation
 * mode, Lambda name the same tenant; and everything for this tenant is done with the tenant's own session.
 */
import {
  dataKeyRequest,
  decryptBatchRequest,
  decryptDataKeyRequest,
  encryptBatchRequest,
  maxBodyBytes,
  reencryptBatchRequest,
} from '../contract/crypto.ts';
import { contextOf } from '../contract/encryption-context.ts';
import { cryptoEnvironment, readEnvironment } from '../contract/environment.ts';
import { macBatchRequest, macRequest, macVersionsRequest, rewrapRequest } from '../contract/mac.ts';
import type { ResponseOf } from '../contract/operations.ts';
import { forbidden } from '../contract/problem.ts';
import { checkAnswerSize, messageBytes, reencryptedBytes } from './crypto/batch.ts';
import { decryptBatch, encryptBatch } from './crypto/batch-cryptography.ts';
import { reencryptBatch } from './crypto/batch-reencryption.ts';
import { decrypt, encrypt, reencrypt } from './crypto/ciphertext.ts';
import { decryptClientDataKey, generateClientDataKey } from './crypto/client-data-keys.ts';
import { checkDirectSize } from './crypto/direct-encryption.ts';
import { inspect } from './crypto/inspection.ts';
import { mac, macBatch } from './crypto/mac.ts';
import { rewrapMacKeys } from './crypto/mac-key-rewrapping.ts';
import { setVersions } from './crypto/mac-keys.ts';
import {
  decryptBody,
  encryptBody,
  inJson,
  inspectBody,
  reencryptBody,
} from './crypto/request-body.ts';
import { keyMembersOf } from './crypto/stored-key.ts';
import { tenantKeyProvider } from './crypto/tenant-key-provider.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { claimsOf } from './http/claims.ts';
import { jsonBody } from './http/json-body.ts';
import { acceptedAnswer } from './http/raw-body.ts';
import { bearerOf, tenantOfPath } from './http/request.ts';
import { json } from './http/response.ts';
import { requestStats } from './observability/request-stats.ts';

const environment = readEnvironment(cryptoEnvironment);
const isolated = environment.TENANT_ISOLATION === 'true';
const keyOfBearer = tenantKeyProvider(environment);

export const handler = apiHandler<'crypto'>({
  async encrypt(request: ApiRequest) {
    const { tenantId, withKey } = await authenticated(request);
    const answer = acceptedAnswer(request.event);
    const { plaintext, encryptionContext, mode = 'envelope' } = encryptBody(request.event);
    if (mode === 'direct') checkDirectSize(plaintext);
    const context = contextOf(tenantId, encryptionContext);
    const ciphertext = await withKey((key) => encrypt(key, plaintext, context, mode));
    return answer('ciphertext', ciphertext);
  },

  async decrypt(request: ApiRequest) {
    const { tenantId, withKey } = await authenticated(request);
    const answer = acceptedAnswer(request.event);
    const { ciphertext, encryptionContext } = decryptBody(request.event);
    const context = contextOf(tenantId, encryptionContext);
    const plaintext = await withKey((key) => decrypt(key, ciphertext, context));
    return answer('plaintext', plaintext);
  },

  async reencrypt(request: ApiRequest) {
    const { tenantId, withKey } = await authenticated(request);
    const answer = acceptedAnswer(request.event);
    const {
      ciphertext,
      encryptionContext,
      newEncryptionContext = encryptionContext,
    } = reencryptBody(request.event);
    const from = contextOf(tenantId, encryptionContext);
    const to = contextOf(tenantId, newEncryptionContext);
    const reencrypted = await withKey((key) => reencrypt(key, ciphertext, { from, to }));
    const { ciphertext: bytes, ...materials } = reencrypted;
    return answer('ciphertext', bytes, materials);
  },

  async encryptBatch(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const { items } = inJson(request.event, encryptBatchRequest);
    checkAnswerSize(items, messageBytes);
    return batchAnswer({ items: await withKey((key) => encryptBatch(key, items)) });
  },

  async decryptBatch(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const { items, mode = 'envelope' } = inJson(request.event, decryptBatchRequest);
    const results = await withKey((key) => decryptBatch(key, items, mode));
    return batchAnswer({ items: results });
  },

  async reencryptBatch(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const { items, mode = 'envelope' } = inJson(request.event, reencryptBatchRequest);
    checkAnswerSize(items, reencryptedBytes);
    return batchAnswer({ items: await withKey((key) => reencryptBatch(key, items, mode)) });
  },

  async inspect(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const { ciphertext, encryptionContext } = inspectBody(request.event);
    return json<'inspect'>(
      200,
      await withKey((key) => inspect(key, ciphertext, encryptionContext)),
    );
  },

  async generateDataKey(request: ApiRequest) {
    const { tenantId, withKey } = await authenticated(request);
    const { encryptionContext, plaintext: wanted = true } = inJson(request.event, dataKeyRequest);
    const context = contextOf(tenantId, encryptionContext);
    return withKey(async (key) => {
      const { keyring } = key;
      const made = await generateClientDataKey(keyring, context, wanted);
      const { wrappedDataKey, providerId, plaintext } = made;
      return json<'generateDataKey'>(200, {
        ...keyMembersOf(key),
        keyProviderId: providerId,
        wrappedDataKey: base64(wrappedDataKey),
        ...(plaintext !== undefined && { plaintext: base64(plaintext) }),
      });
    });
  },

  async decryptDataKey(request: ApiRequest) {
    const { tenantId, withKey } = await authenticated(request);
    const { wrappedDataKey, encryptionContext } = inJson(request.event, decryptDataKeyRequest);
    const context = contextOf(tenantId, encryptionContext);
    const plaintext = await withKey(({ keyring }) =>
      decryptClientDataKey(keyring, wrappedDataKey, context),
    );
    return json<'decryptDataKey'>(200, { plaintext: base64(plaintext) });
  },

  async mac(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const wanted = inJson(request.event, macRequest);
    return json<'mac'>(200, await withKey((key) => mac(key, wanted)));
  },

  async macBatch(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const { items } = inJson(request.event, macBatchRequest);
    return batchAnswer({ items: await withKey((key) => macBatch(key, items)) });
  },

  async setMacVersions(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    const { purpose, versions } = inJson(request.event, macVersionsRequest);
    await withKey((key) => setVersions(key, purpose, versions));
    return json<'setMacVersions'>(200, { purpose, versions });
  },

  async rewrapMacKeys(request: ApiRequest) {
    const { withKey } = await authenticated(request);
    jsonBody(request.event, rewrapRequest, { maxBytes: maxBodyBytes, optional: true });
    return json<'rewrapMacKeys'>(200, await withKey(rewrapMacKeys));
  },
});

type BatchOperation = 'encryptBatch' | 'decryptBatch' | 'reencryptBatch' | 'macBatch';

function batchAnswer(body: ResponseOf<BatchOperation>) {
  const { items } = body;
  const failed = items.filter((item) => 'error' in item).length;
  requestStats()?.count('Items', items.length);
  if (failed > 0) {
    requestStats()?.count('FailedItems', failed);
    // As in the answer of a failed request: see `server-timing.ts`.
    requestStats()?.hideTiming();
  }
  return json<BatchOperation>(200, body);
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/**
 * Comes first, so that only a caller whose token was checked is told what is wrong with a body, and is named in the
 * log.
 * @throws Problem 403 unless the path, the authorizer and, in isolation mode, Lambda name the same tenant; what
 * opening the tenant's session throws; and 400 for claims that are not as they must be
 */
async function authenticated({ event, context }: ApiRequest) {
  const tenantId = tenantOfPath(event);
  if (event.requestContext.authorizer?.tenantId !== tenantId) throw forbidden();
  if (isolated && context.tenantId !== tenantId) throw forbidden();
  const withKey = await keyOfBearer(bearerOf(event, tenantId));
  claimsOf(event);
  return { tenantId, withKey };
}
