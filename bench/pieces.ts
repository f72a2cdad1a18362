/** The pieces of which an `encrypt` through the handler is made, each by itself, as the handler calls it. */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { contextOf } from '../contract/encryption-context.ts';
import { cryptoEnvironment, readEnvironment } from '../contract/environment.ts';
import { encrypt } from '../lambdas/crypto/ciphertext.ts';
import { encryptBody } from '../lambdas/crypto/request-body.ts';
import { tenantKeyProvider } from '../lambdas/crypto/tenant-key-provider.ts';
import { type ApiHandler, apiHandler } from '../lambdas/http/api-handler.ts';
import { acceptedAnswer } from '../lambdas/http/raw-body.ts';
import { json } from '../lambdas/http/response.ts';
import { principal } from './event.ts';
import type { BenchTenant } from './stack.ts';

export type Pieces = ReturnType<typeof openPieces>;

export function openPieces({ tenantId, token }: Pick<BenchTenant, 'tenantId' | 'token'>) {
  const bearer = { tenantId, token, principal };
  const keyOfBearer = tenantKeyProvider(readEnvironment(cryptoEnvironment));
  const answered = async () => json<'encrypt'>(200, { ciphertext: '' });
  return {
    /** middy, headers' names, the log line */
    onion: apiHandler<'crypto'>({
      encrypt: answered,
      decrypt: answered,
      reencrypt: answered,
      encryptBatch: answered,
      decryptBatch: answered,
      reencryptBatch: answered,
      inspect: answered,
      generateDataKey: answered,
      decryptDataKey: answered,
      mac: answered,
      macBatch: answered,
      setMacVersions: answered,
      rewrapMacKeys: answered,
    }) satisfies ApiHandler,
    /** strict JSON, validation, base64 both ways */
    body(event: APIGatewayProxyEvent, ciphertext: Buffer) {
      const answer = acceptedAnswer(event);
      encryptBody(event);
      return answer('ciphertext', ciphertext);
    },
    /** the token, the tenant's row out of the cache, its status, session and keyring */
    tenant: async () => (await keyOfBearer(bearer))(async (key) => key),
    /** the same, and a message under a data key of the cache */
    async message(plaintext: Buffer) {
      const withKey = await keyOfBearer(bearer);
      return withKey((key) => encrypt(key, plaintext, contextOf(tenantId, {}), 'envelope'));
    },
  };
}
