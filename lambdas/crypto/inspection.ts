/**
 * What a ciphertext is, without its plaintext: its form, and which key material of the tenant's key it is under.
 * Invariant: only what decrypt would decrypt is told of; of all else the caller learns, as from decrypt, only
 * decryption-failed. So a message is decrypted as a whole, or a forger would learn how far a message came.
 * KMS tells of both the ciphertext's key material and the current one in its answer to ReEncrypt (API reference), from
 * the tenant's key to the tenant's key; the new ciphertext is dropped.
 */
import { algorithmSuites, type Inspection } from '../../contract/crypto.ts';
import {
  contextOf,
  type EncryptionContext,
  encryptionContext,
  sameContext,
} from '../../contract/encryption-context.ts';
import { decryptionFailed } from '../../contract/problem.ts';
import { tenantIdTag } from '../../contract/tenant-id.ts';
import { type KmsKey, reencryptDirect } from './direct-encryption.ts';
import {
  givenContext,
  messageDecryption,
  type OpenedEnvelope,
  ownMessage,
} from './envelope-encryption.ts';
import { isMessage, type Message } from './message/message-parser.ts';
import { keyMembersOf, kmsKeysOf, type StoredKey, withKmsKeyOf } from './stored-key.ts';
import type { TenantKey } from './tenant-key-provider.ts';

/**
 * @param given the caller's part of the context; without it a message's own is taken
 * @throws Problem 400 decryption-failed, or the error of KMS where the ciphertext is not the cause
 */
export async function inspect(
  key: TenantKey,
  ciphertext: Buffer,
  given: EncryptionContext | undefined,
): Promise<Inspection> {
  if (!isMessage(ciphertext)) {
    const context = contextOf(key.tenantId, given);
    const inspected = (kmsKey: KmsKey) => inspectDirect(key, kmsKey, ciphertext, context);
    return withKmsKeyOf(kmsKeysOf(key), inspected, decryptionFailed);
  }
  const message = ownMessage(key, ciphertext);
  const carried = callersPart(key, message);
  if (given !== undefined && !sameContext(carried, given)) throw decryptionFailed();
  const decryption = messageDecryption(key, message, contextOf(key.tenantId, carried));
  const opened = await decryption.run(key.cache);
  opened.plaintext.fill(0);
  const materials = await materialsOf(key, message, opened);
  return {
    format: 'envelope',
    ...keyMembersOf(ownerOf(key, message)),
    ...materials,
    algorithmSuite: message.signed ? algorithmSuites.signed : algorithmSuites.unsigned,
    encryptionContextKeys: Object.keys(carried).sort(),
  };
}

/**
 * KMS is asked only about a context that a caller of decrypt could give. IAM would refuse the tenant's own session any
 * other, and that is no answer about a ciphertext.
 */
function callersPart({ tenantId }: TenantKey, message: Message): EncryptionContext {
  const { [tenantIdTag]: tenant, ...carried } = givenContext(message);
  if (tenant !== tenantId || !encryptionContext.safeParse(carried).success)
    throw decryptionFailed();
  return carried;
}

async function inspectDirect(
  key: TenantKey,
  kmsKey: KmsKey,
  ciphertext: Buffer,
  context: EncryptionContext,
): Promise<Inspection> {
  const materials = await materialsInKms(kmsKey, ciphertext, context);
  const members = { format: 'direct', keyArn: kmsKey.keyArn } as const;
  if (kmsKey.keyArn === key.keyring.keyName) return { ...members, ...materials };
  const current = await currentMaterialOf(key, context);
  return { ...members, keyMaterialId: materials.keyMaterialId, ...current };
}

/** While there are two keys a message may be under either. */
const ownerOf = (key: TenantKey, { wrappedDataKey }: Message): StoredKey =>
  key.other?.keyring.owns(wrappedDataKey) === true ? key.other : key;

/** Another store names the material with each data key that it wraps. */
async function materialsOf(key: TenantKey, message: Message, { keyMaterialId }: OpenedEnvelope) {
  const { wrappedDataKey, encryptionContext: context } = message;
  const isUnderOther = ownerOf(key, message) !== key;
  if (key.kmsKey !== undefined && !isUnderOther) {
    return materialsInKms(key.kmsKey, bufferOf(wrappedDataKey.encryptedDataKey), context);
  }
  const current = await currentMaterialOf(key, context);
  if (!isUnderOther) return materials(keyMaterialId, current.currentKeyMaterialId);
  if (keyMaterialId === undefined) throw new Error('the key store named no key material');
  return { keyMaterialId, ...current };
}

/** For what is under another key than the one that encrypts. */
async function currentMaterialOf({ keyring }: TenantKey, context: EncryptionContext) {
  const { keyMaterialId } = await keyring.generateDataKeyWithoutPlaintext(context);
  if (keyMaterialId === undefined) throw new Error('the key store named no key material');
  return { currentKeyMaterialId: keyMaterialId, isCurrent: false };
}

async function materialsInKms(kmsKey: KmsKey, bytes: Buffer, context: EncryptionContext) {
  const same = { from: context, to: context };
  const { sourceKeyMaterialId, keyMaterialId } = await reencryptDirect(kmsKey, bytes, same);
  return materials(sourceKeyMaterialId, keyMaterialId);
}

function materials(keyMaterialId: string | undefined, currentKeyMaterialId: string | undefined) {
  if (keyMaterialId === undefined || currentKeyMaterialId === undefined) {
    throw new Error('the key store named no key material');
  }
  return { keyMaterialId, currentKeyMaterialId, isCurrent: keyMaterialId === currentKeyMaterialId };
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
