/**
 * The documents of the product's own issuer: where its public keys are, and which. Invariant: a function of its own, since anybody
 * may ask it: its role reads these public keys and may nothing else, and of a request only the path counts.
 */
import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { answerHeaders } from '../contract/answer-headers.ts';
import { issuerKeysEnvironment, readEnvironment } from '../contract/environment.ts';
import { identityTokenAlgorithm, identityTokenKeyId } from '../contract/identity-token.ts';
import { notFound, unavailable } from '../contract/problem.ts';
import { issuerPath, issuerRoutes } from '../contract/routes.ts';
import { clientConfiguration } from './aws/client-config.ts';
import { isKeyStateError } from './aws/errors.ts';
import { problemResponse } from './http/response.ts';
import { log } from './observability/log.ts';

const { OWN_ISSUER: issuer, OWN_ISSUER_KEY_ARNS: keyArns } = readEnvironment(issuerKeysEnvironment);
const kms = new KMSClient(clientConfiguration);

/** Within this time, and that for which others keep the answer, a key that an administrator disables is out of it. */
const keptMs = 60_000;
let kept: { readonly keys: readonly object[]; readonly at: number } | undefined;

const { configuration, keys } = issuerRoutes;
const documents: Readonly<Record<string, () => Promise<object>>> = {
  [configuration.path]: async () => ({
    issuer,
    jwks_uri: `${issuer}${keys.path.slice(issuerPath.length)}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [identityTokenAlgorithm],
  }),
  [keys.path]: async () => ({ keys: await publicKeys() }),
};

export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { requestId, stage } = event.requestContext;
  const document = Object.hasOwn(documents, event.resource) ? documents[event.resource] : undefined;
  if (document === undefined) return problemResponse(notFound(), { requestId, stage });
  try {
    return {
      statusCode: 200,
      headers: {
        ...answerHeaders,
        'Content-Type': 'application/json',
        'Cache-Control': 'public, max-age=300',
      },
      body: JSON.stringify(await document()),
    };
  } catch (error) {
    log('ERROR', { message: 'issuer-keys', requestId, error: (error as Error)?.name });
    return problemResponse(unavailable(), { requestId, stage });
  }
}

/** @throws the SDK's errors; Error where no key is enabled */
async function publicKeys(): Promise<readonly object[]> {
  const age = Date.now() - (kept?.at ?? 0);
  if (kept !== undefined && age >= 0 && age < keptMs) return kept.keys;
  const enabled = (await Promise.all(keyArns.map(publicKey))).flatMap((key) => key ?? []);
  if (enabled.length === 0) throw new Error('no key of the issuer is enabled');
  kept = { keys: enabled, at: Date.now() };
  return enabled;
}

/** @returns undefined for a key that is disabled or about to be deleted, with which nothing is signed either */
async function publicKey(keyArn: string): Promise<object | undefined> {
  try {
    const { PublicKey = new Uint8Array() } = await kms.send(
      new GetPublicKeyCommand({ KeyId: keyArn }),
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    const { kty, n, e } = key.export({ format: 'jwk' });
    const kid = identityTokenKeyId(keyArn);
    return { kty, use: 'sig', alg: identityTokenAlgorithm, kid, n, e };
  } catch (error) {
    if (isKeyStateError(error)) return undefined;
    throw error;
  }
}
