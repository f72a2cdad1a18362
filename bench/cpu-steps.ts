/** What is measured side by side: groups of steps, each of which is one call of what its name says. */
import type { Context } from 'aws-lambda';
import type { ApiHandler } from '../lambdas/http/api-handler.ts';
import { apiEvent, type Body, jsonBody, rawBody } from './event.ts';
import type { Pieces } from './pieces.ts';
import type { decryptRaw, encryptRaw, Reference } from './reference.ts';
import type { BenchTenant } from './stack.ts';
import type { Group } from './turns.ts';

export interface Measured {
  readonly tenant: Pick<BenchTenant, 'tenantId' | 'token'>;
  readonly handler: ApiHandler;
  /** with all of its caches off */
  readonly coldHandler: ApiHandler;
  readonly reference: Reference;
  readonly encryptRaw: typeof encryptRaw;
  readonly decryptRaw: typeof decryptRaw;
  readonly pieces: Pieces;
}

/** bytes of plaintext */
export const sizes = [64, 1000, 64_000, 1_000_000] as const;

/** @returns groups by name */
export async function openGroups(measured: Measured): Promise<Record<string, Group>> {
  const groups: Record<string, Group> = {};
  for (const size of sizes) Object.assign(groups, await bySize(measured, size));
  return { ...groups, ...(await callsOfKms(measured)), ...(await partsOfEncrypt(measured)) };
}

/** The operations on messages: the handler in both forms, the SDK with its cache, the cipher alone. */
async function bySize(measured: Measured, size: number): Promise<Record<string, Group>> {
  const { reference, encryptRaw, decryptRaw, pieces } = measured;
  const plaintext = Buffer.alloc(size, 'tenant-keys ');
  const raw = rawBody(plaintext);
  const message = Buffer.from((await call(measured, 'encrypt', raw)).body, 'base64');
  const rawMessageBody = rawBody(message);
  const plaintextInJson = jsonBody({ plaintext: raw.text });
  const messageInJson = jsonBody({ ciphertext: rawMessageBody.text });
  const frameLength = await reference.cached.frameLengthOf(message);
  const rawMessage = encryptRaw(plaintext);
  return {
    [`encrypt ${size}`]: {
      raw: () => call(measured, 'encrypt', raw),
      json: () => call(measured, 'encrypt', plaintextInJson),
      sdk: () => reference.cached.encrypt(plaintext, frameLength),
      cipher: () => encryptRaw(plaintext),
      message: () => pieces.message(plaintext),
      base64: () => base64BothWays(raw.text, message),
    },
    [`decrypt ${size}`]: {
      raw: () => call(measured, 'decrypt', rawMessageBody),
      json: () => call(measured, 'decrypt', messageInJson),
      sdk: () => reference.cached.decrypt(message),
      cipher: () => decryptRaw(rawMessage),
      base64: () => base64BothWays(rawMessageBody.text, plaintext),
    },
    [`reencrypt ${size}`]: {
      raw: () => call(measured, 'reencrypt', rawMessageBody),
      json: () => call(measured, 'reencrypt', messageInJson),
      // With a data key of its own, as the handler makes it.
      sdk: async () =>
        reference.uncached.encrypt(await reference.cached.decrypt(message), frameLength),
      cipher: () => encryptRaw(decryptRaw(rawMessage)),
      base64: () => base64BothWays(rawMessageBody.text, message),
    },
  };
}

/** Lambda's events and answers are JSON: raw bytes are base64 in them, before and after all work. */
function base64BothWays(text: string, answer: Buffer): number {
  return Buffer.from(text, 'base64').length + answer.toString('base64').length;
}

/** The operations that are one call of KMS, against that call by the AWS client. */
async function callsOfKms(measured: Measured): Promise<Record<string, Group>> {
  const { reference } = measured;
  const plaintext = Buffer.alloc(1000, 'tenant-keys ');
  const toEncrypt = jsonBody({ plaintext: plaintext.toString('base64'), mode: 'direct' });
  const { ciphertext } = JSON.parse((await call(measured, 'encrypt', toEncrypt)).body);
  const toDecrypt = jsonBody({ ciphertext });
  const { wrappedDataKey } = JSON.parse((await call(measured, 'data-keys', jsonBody({}))).body);
  const toUnwrap = jsonBody({ wrappedDataKey });
  return {
    'encrypt, direct': {
      json: () => call(measured, 'encrypt', toEncrypt),
      kms: () => reference.encryptInKms(plaintext),
    },
    'decrypt, direct': {
      json: () => call(measured, 'decrypt', toDecrypt),
      kms: () => reference.decryptInKms(Buffer.from(ciphertext, 'base64')),
    },
    'data-keys': {
      json: () => call(measured, 'data-keys', jsonBody({})),
      kms: () => reference.generateDataKey(),
    },
    'data-keys/decrypt': {
      json: () => call(measured, 'data-keys/decrypt', toUnwrap),
      kms: () => reference.decryptInKms(Buffer.from(wrappedDataKey, 'base64')),
    },
  };
}

/** Where the time of an `encrypt` of 1 kB in JSON goes: warm, and with all caches off. */
async function partsOfEncrypt(measured: Measured): Promise<Record<string, Group>> {
  const { reference, pieces, tenant, coldHandler } = measured;
  const plaintext = Buffer.alloc(1000, 'tenant-keys ');
  const body = jsonBody({ plaintext: plaintext.toString('base64') });
  const message = await reference.cached.encrypt(plaintext, 4096);
  const frameLength = await reference.cached.frameLengthOf(message);
  const lowerCase = { 'content-type': 'application/json', accept: 'application/json' };
  return {
    warm: {
      handler: () => call(measured, 'encrypt', body),
      onion: () => pieces.onion(apiEvent(tenant, 'encrypt', body), contextOf(tenant.tenantId)),
      body: () =>
        pieces.body({ ...apiEvent(tenant, 'encrypt', body), headers: lowerCase }, message),
      tenant: () => pieces.tenant(),
      message: () => pieces.message(plaintext),
      sdk: () => reference.cached.encrypt(plaintext, frameLength),
    },
    cold: {
      handler: () => call({ tenant, handler: coldHandler }, 'encrypt', body),
      row: () => reference.row(),
      kms: () => reference.generateDataKey(),
      sdk: () => reference.uncached.encrypt(plaintext, frameLength),
    },
  };
}

const contextOf = (tenantId: string) =>
  ({ tenantId, getRemainingTimeInMillis: () => 15_000 }) as unknown as Context;

async function call(
  { tenant, handler }: Pick<Measured, 'tenant' | 'handler'>,
  operation: string,
  body: Body,
) {
  const answer = await handler(apiEvent(tenant, operation, body), contextOf(tenant.tenantId));
  if (answer.statusCode !== 200) {
    throw new Error(`${operation} answered ${answer.statusCode}: ${answer.body}`);
  }
  return answer;
}
