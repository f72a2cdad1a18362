/**
 * The data plane: cryptography for one tenant. Invariant: whose request it is, three parties say
 * alike, the token's authorizer, the path and, in tenant isolation mode, Lambda; and nothing is done for
 * the tenant but with the tenant's own session.
 */

import { isAccessDenied } from './aws/error.ts';
import { decryptBody, encryptBody, reencryptBody } from './envelope/body.ts';
import { cachedWrapping } from './envelope/cached-wrapping.ts';
import { open, reseal, seal, type TenantKey } from './envelope/ciphertext.ts';
import { contextOf } from './envelope/context.ts';
import { DataKeyCache } from './envelope/data-key-cache.ts';
import { checkDirectSize } from './envelope/direct.ts';
import { kmsWrapping } from './envelope/kms-wrapping.ts';
import { cryptoEnvironment, readEnvironment } from './environment.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { acceptedAnswer } from './http/bytes.ts';
import { forbidden, keyNotReady, tenantNotFound } from './http/problem.ts';
import { tenantOfPath } from './http/tenant-of-path.ts';
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
const dataKeys = new DataKeyCache({
  maxAgeMs: environment.DATA_KEY_MAX_AGE_SECONDS * 1000,
  maxMessages: environment.DATA_KEY_MAX_MESSAGES,
  maxBytes: environment.DATA_KEY_MAX_BYTES,
  // A tenant that opens a thousand different messages within the age has each data key once.
  maxEntries: 1000,
});

/** KMS tags take up to five minutes to count for authorization (Developer Guide, "ABAC for AWS KMS"). */
const tagsCountAfterInMs = 5 * 60_000;

export const handler = apiHandler<'crypto'>({
  async encrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const answer = acceptedAnswer(request.event);
    const { plaintext, encryptionContext, mode = 'envelope' } = encryptBody(request.event);
    if (mode === 'direct') checkDirectSize(plaintext);
    const context = contextOf(tenantId, encryptionContext);
    return answer(
      'ciphertext',
      await withKeyOf(tenantId, (key) => seal(key, plaintext, context, mode), plaintext.length),
    );
  },

  async decrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const answer = acceptedAnswer(request.event);
    const { ciphertext, encryptionContext } = decryptBody(request.event);
    const context = contextOf(tenantId, encryptionContext);
    return answer('plaintext', await withKeyOf(tenantId, (key) => open(key, ciphertext, context)));
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
    return answer(
      'ciphertext',
      await withKeyOf(tenantId, (key) => reseal(key, ciphertext, { from, to })),
    );
  },
});

/** @throws Problem 403 unless all who can say whose request this is say the same */
function authenticatedTenant({ event, context }: ApiRequest): string {
  const tenantId = tenantOfPath(event);
  if (event.requestContext.authorizer?.tenantId !== tenantId) throw forbidden();
  if (isolated && context.tenantId !== tenantId) throw forbidden();
  return tenantId;
}

/**
 * @param plaintextBytes of the message to be made; without it, a message gets a data key of its own, so
 *   that what is sealed anew is under the key's current material
 * @throws Problem 4xx where the tenant's key may not be used, 503 where it cannot be yet
 */
async function withKeyOf(
  tenantId: string,
  use: (key: TenantKey) => Promise<Buffer>,
  plaintextBytes?: number,
): Promise<Buffer> {
  const { keyArn, keyCreatedAt } = await activeTenant(tenantId);
  const { kms } = sessionOf(tenantId);
  const scope = { tenantId, keyArn, ...(plaintextBytes !== undefined && { plaintextBytes }) };
  try {
    return await use({
      kms,
      keyArn,
      wrapping: cachedWrapping(kmsWrapping(kms, keyArn), dataKeys, scope),
    });
  } catch (error) {
    // On an older key the same is a wrong policy, which waiting does not mend: a 500.
    if (isAccessDenied(error) && isFresh(keyCreatedAt)) throw keyNotReady(5);
    throw error;
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
