/**
 * The data plane: encrypt and decrypt for one tenant. Invariant: whose request it is, three parties say
 * alike, the token's authorizer, the path and, in tenant isolation mode, Lambda; and nothing is done for
 * the tenant but with the tenant's own session.
 */

import { isAccessDenied } from './aws/error.ts';
import { contextOf } from './envelope/context.ts';
import {
  decryptRequest,
  encryptRequest,
  maxBodyBytes,
  maxPlaintextBytes,
} from './envelope/contract.ts';
import { decrypt, encrypt } from './envelope/envelope.ts';
import { kmsWrapping } from './envelope/kms-wrapping.ts';
import type { Wrapping } from './envelope/wrapping.ts';
import { cryptoEnvironment, readEnvironment } from './environment.ts';
import { type ApiRequest, apiHandler } from './http/api-handler.ts';
import { jsonBody } from './http/json-body.ts';
import { forbidden, keyNotReady, tenantNotFound, tooLarge } from './http/problem.ts';
import { json } from './http/response.ts';
import { tenantOfPath } from './http/tenant-of-path.ts';
import { getTenant } from './tenant/registry.ts';
import type { TenantRow } from './tenant/row.ts';
import { type TenantSession, tenantSessions } from './tenant/session.ts';
import { refusalOfUse } from './tenant/status.ts';

const environment = readEnvironment(cryptoEnvironment);
const isolated = environment.TENANT_ISOLATION === 'true';
const sessionOf = tenantSessions(environment.TENANT_ROLE_ARN);

/** KMS tags take up to five minutes to count for authorization (Developer Guide, "ABAC for AWS KMS"). */
const tagsCountAfterInMs = 5 * 60_000;

export const handler = apiHandler<'crypto'>({
  async encrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const { plaintext, encryptionContext } = jsonBody(request.event, encryptRequest, {
      maxBytes: maxBodyBytes,
    });
    if (plaintext.length > maxPlaintextBytes) {
      throw tooLarge(`The plaintext is larger than ${maxPlaintextBytes} bytes.`);
    }
    const ciphertext = await withKeyOf(tenantId, (wrapping) =>
      encrypt(wrapping, plaintext, contextOf(tenantId, encryptionContext)),
    );
    return json(200, { ciphertext: ciphertext.toString('base64') });
  },

  async decrypt(request: ApiRequest) {
    const tenantId = authenticatedTenant(request);
    const { ciphertext, encryptionContext } = jsonBody(request.event, decryptRequest, {
      maxBytes: maxBodyBytes,
    });
    const plaintext = await withKeyOf(tenantId, (wrapping) =>
      decrypt(wrapping, ciphertext, contextOf(tenantId, encryptionContext)),
    );
    return json(200, { plaintext: plaintext.toString('base64') });
  },
});

/** @throws Problem 403 unless all who can say whose request this is say the same */
function authenticatedTenant({ event, context }: ApiRequest): string {
  const tenantId = tenantOfPath(event);
  if (event.requestContext.authorizer?.tenantId !== tenantId) throw forbidden();
  if (isolated && context.tenantId !== tenantId) throw forbidden();
  return tenantId;
}

/** @throws Problem 4xx where the tenant's key may not be used, 503 where it cannot be yet */
async function withKeyOf(
  tenantId: string,
  use: (wrapping: Wrapping) => Promise<Buffer>,
): Promise<Buffer> {
  const session = sessionOf(tenantId);
  const { keyArn, keyCreatedAt } = await activeTenant(session, tenantId);
  try {
    return await use(kmsWrapping(session.kms, keyArn));
  } catch (error) {
    // On an older key the same is a wrong policy, which waiting does not mend: a 500.
    if (isAccessDenied(error) && isFresh(keyCreatedAt)) throw keyNotReady(5);
    throw error;
  }
}

async function activeTenant(
  session: TenantSession,
  tenantId: string,
): Promise<TenantRow & { keyArn: string }> {
  const row = await getTenant(session.table, environment.TABLE_NAME, tenantId);
  if (row === undefined) throw tenantNotFound();
  const refusal = refusalOfUse(row.status);
  if (refusal !== undefined) throw refusal;
  const { keyArn } = row;
  if (keyArn === undefined) throw new Error('the row of an active tenant has no key');
  return { ...row, keyArn };
}

const isFresh = (keyCreatedAt: string | undefined): boolean =>
  keyCreatedAt !== undefined && Date.now() - Date.parse(keyCreatedAt) < tagsCountAfterInMs;
