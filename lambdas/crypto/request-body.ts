/**
 * The body of a data-plane request, in JSON or as raw bytes. Invariant: both forms give the same value, by the same
 * schemas and with the same limits of size; the size is checked before anything is done with the bytes.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod/mini';
import {
  decryptParameters,
  decryptRequest,
  encryptItem,
  encryptParameters,
  encryptRequest,
  inspectParameters,
  inspectRequest,
  maxBodyBytes,
  maxCiphertextBytes,
  maxPlaintextBytes,
  reencryptParameters,
  reencryptRequest,
} from '../../contract/crypto.ts';
import { tooLarge } from '../../contract/problem.ts';
import { jsonBody } from '../http/json-body.ts';
import { hasRawBody, headerFor, headerParameters, rawBody } from '../http/raw-body.ts';
import { validated } from '../http/validation.ts';

/** @throws Problem 400, 413 or 415; so do those for the other operations */
export function encryptBody(event: APIGatewayProxyEvent) {
  const body = hasRawBody(event)
    ? { ...raw(event, encryptParameters), plaintext: rawBody(event) }
    : inJson(event, encryptRequest);
  requireSize('plaintext', body.plaintext, maxPlaintextBytes);
  return body;
}

export function decryptBody(event: APIGatewayProxyEvent) {
  const body = hasRawBody(event)
    ? { ...raw(event, decryptParameters), ciphertext: rawBody(event) }
    : inJson(event, decryptRequest);
  requireSize('ciphertext', body.ciphertext, maxCiphertextBytes);
  return body;
}

export function inspectBody(event: APIGatewayProxyEvent) {
  const body = hasRawBody(event)
    ? { ...raw(event, inspectParameters), ciphertext: rawBody(event) }
    : inJson(event, inspectRequest);
  requireSize('ciphertext', body.ciphertext, maxCiphertextBytes);
  return body;
}

export function reencryptBody(event: APIGatewayProxyEvent) {
  const body = hasRawBody(event)
    ? { ...raw(event, reencryptParameters), ciphertext: rawBody(event) }
    : inJson(event, reencryptRequest);
  requireSize('ciphertext', body.ciphertext, maxCiphertextBytes);
  return body;
}

/** @throws Problem 400 or 413: an item of a batch has the same limit of size as a request */
export function encryptItemOf(item: unknown) {
  const body = validated(encryptItem, item, 'item');
  requireSize('plaintext', body.plaintext, maxPlaintextBytes);
  return body;
}

export function decryptItemOf(item: unknown) {
  const body = validated(decryptRequest, item, 'item');
  requireSize('ciphertext', body.ciphertext, maxCiphertextBytes);
  return body;
}

export function reencryptItemOf(item: unknown) {
  const body = validated(reencryptRequest, item, 'item');
  requireSize('ciphertext', body.ciphertext, maxCiphertextBytes);
  return body;
}

const raw = <S extends z.core.$ZodType>(event: APIGatewayProxyEvent, schema: S): z.output<S> =>
  validated(schema, headerParameters(event), 'headers', headerFor);

/** @throws Problem 400, 413 or 415 */
export const inJson = <S extends z.core.$ZodType>(
  event: APIGatewayProxyEvent,
  schema: S,
): z.output<S> => jsonBody(event, schema, { maxBytes: maxBodyBytes, ifLarger: ifLarger.body });

/** How to encrypt and decrypt more than one request takes. */
const ifLarger = {
  body: 'Send a batch in parts, a single plaintext or ciphertext as application/octet-stream, and more under a data key of POST .../data-keys.',
  plaintext: 'Encrypt more yourself, under a data key of POST .../data-keys, or in parts.',
  ciphertext:
    'Decrypt larger messages yourself, by POST .../data-keys/decrypt of their wrapped data key.',
} as const;

function requireSize(what: 'plaintext' | 'ciphertext', { length }: Buffer, maxBytes: number): void {
  if (length <= maxBytes) return;
  throw tooLarge(`The ${what} is larger than ${maxBytes} bytes. ${ifLarger[what]}`);
}
