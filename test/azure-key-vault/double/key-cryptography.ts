/**
 * Wrapping and its like, with real RSA. A disabled key is refused for what needs the private key alone: Azure/azure-sdk-for-python's
 * issue 45342 saw the service wrap by one. The same goes for one outside its time, the other way round
 * (learn.microsoft.com/azure/key-vault/keys/about-keys-details).
 */
import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import type { KeptKey, KeyVersion } from './kept-keys.ts';
import { type Answer, type Call, jsonOf } from './serve.ts';
import { type VaultParts, vaultRefusal } from './vault-parts.ts';

const operations: Readonly<Record<string, string>> = {
  wrapkey: 'wrapKey',
  unwrapkey: 'unwrapKey',
  encrypt: 'encrypt',
  decrypt: 'decrypt',
  sign: 'sign',
};
const privateOnes = ['unwrapKey', 'decrypt', 'sign'];

export function cryptography(
  parts: VaultParts,
  key: KeptKey,
  version: KeyVersion,
  verb: string,
  call: Call,
): Answer {
  const operation = operations[verb];
  if (operation === undefined || operation === 'sign')
    throw vaultRefusal(501, 'NotInTheDouble', `The double has no ${verb}.`);
  requireUsable(parts, version, operation);
  const { alg, value } = jsonOf(call, 'BadParameter');
  if (typeof value !== 'string' || !/^[\w-]+$/.test(value))
    throw vaultRefusal(400, 'BadParameter', 'Property value is required, in base64url.');
  const input = Buffer.from(value, 'base64url');
  const padding = paddingOf(String(alg));
  const output = privateOnes.includes(operation)
    ? opened(version, padding, input)
    : closed(version, padding, input);
  const kid = `${parts.url()}/keys/${key.name}/${version.id}`;
  return { status: 200, body: { kid, value: output.toString('base64url') } };
}

function requireUsable(
  { now }: VaultParts,
  { keyOps, enabled, nbf, exp }: KeyVersion,
  operation: string,
): void {
  if (!keyOps.includes(operation))
    throw vaultRefusal(
      403,
      'Forbidden',
      `Operation ${operation} is not permitted on this key.`,
      'KeyOperationForbidden',
    );
  const isPrivate = privateOnes.includes(operation);
  if (!enabled && isPrivate)
    throw vaultRefusal(
      403,
      'Forbidden',
      `Operation ${operation} is not allowed on a disabled key.`,
      'KeyDisabled',
    );
  const at = now() / 1000;
  const isOutside = (nbf !== undefined && at < nbf) || (exp !== undefined && at >= exp);
  if (isOutside && !isPrivate)
    throw vaultRefusal(
      403,
      'Forbidden',
      `Operation ${operation} is not allowed on an expired or not yet valid key.`,
      'KeyNotYetValidOrExpired',
    );
}

function paddingOf(alg: string) {
  if (alg === 'RSA-OAEP-256')
    return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  if (alg === 'RSA-OAEP') return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  throw vaultRefusal(
    400,
    'BadParameter',
    `Key and signing algorithm are incompatible. Key is RSA, and algorithm is ${alg}.`,
  );
}

type Padding = ReturnType<typeof paddingOf>;

function closed({ publicKey }: KeyVersion, padding: Padding, input: Buffer): Buffer {
  try {
    return publicEncrypt({ key: publicKey, ...padding }, input);
  } catch {
    throw vaultRefusal(400, 'BadParameter', 'The parameter is incorrect.\r\n');
  }
}

function opened({ privateKey }: KeyVersion, padding: Padding, input: Buffer): Buffer {
  try {
    return privateDecrypt({ key: privateKey, ...padding }, input);
  } catch {
    throw vaultRefusal(400, 'BadParameter', 'Error occurred while decoding OAEP padding');
  }
}
