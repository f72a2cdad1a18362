/** KMS's requests on the key of a replay. */
import { KMS } from '@aws-sdk/client-kms';
import type { Send, Sending } from './sending.ts';

interface KeyRequest {
  readonly kms: KMS;
  readonly KeyId: string;
  readonly AliasName: string;
  readonly EncryptionContext: Readonly<Record<string, string>>;
  readonly CiphertextBlob: Uint8Array;
  readonly tags: Readonly<Record<string, string>>;
  readonly wanted: Sending['wanted'];
  /** @returns a key that lets everybody do everything */
  readonly otherKey: () => Promise<{ readonly KeyId: string; readonly CiphertextBlob: Uint8Array }>;
}

/** What lets everybody: a caller who may put it has the key. */
const openPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Everybody', Effect: 'Allow', Principal: { AWS: '*' }, Action: 'kms:*', Resource: '*' },
  ],
});
const Plaintext = new TextEncoder().encode('x');
const Message = Plaintext;
const SigningAlgorithm = 'ECDSA_SHA_256';
const note = { TagKey: 'Note', TagValue: 'x' };
const days = 'kms:ScheduleKeyDeletionPendingWindowInDays';
const period = 'kms:RotationPeriodInDays';

const byAction: Readonly<Record<string, (request: KeyRequest) => Promise<unknown>>> = {
  'kms:decrypt': ({ kms, KeyId, CiphertextBlob, EncryptionContext }) =>
    kms.decrypt({ KeyId, CiphertextBlob, EncryptionContext }),
  'kms:encrypt': ({ kms, KeyId, EncryptionContext }) =>
    kms.encrypt({ KeyId, Plaintext, EncryptionContext }),
  'kms:generatedatakey': ({ kms, KeyId, EncryptionContext }) =>
    kms.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
  'kms:generatedatakeywithoutplaintext': ({ kms, KeyId, EncryptionContext }) =>
    kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
  'kms:reencryptfrom': async ({ kms, KeyId, CiphertextBlob, EncryptionContext, otherKey }) =>
    kms.reEncrypt({
      SourceKeyId: KeyId,
      CiphertextBlob,
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: (await otherKey()).KeyId,
    }),
  'kms:reencryptto': async ({ kms, KeyId, EncryptionContext, otherKey }) => {
    const other = await otherKey();
    return kms.reEncrypt({
      SourceKeyId: other.KeyId,
      CiphertextBlob: other.CiphertextBlob,
      DestinationKeyId: KeyId,
      DestinationEncryptionContext: EncryptionContext,
    });
  },
  'kms:sign': ({ kms, KeyId }) => kms.sign({ KeyId, Message, SigningAlgorithm }),
  'kms:verify': ({ kms, KeyId, CiphertextBlob: Signature }) =>
    kms.verify({ KeyId, Message, Signature, SigningAlgorithm }),
  'kms:getpublickey': ({ kms, KeyId }) => kms.getPublicKey({ KeyId }),
  'kms:describekey': ({ kms, KeyId }) => kms.describeKey({ KeyId }),
  'kms:getkeylastusage': ({ kms, KeyId }) => kms.getKeyLastUsage({ KeyId }),
  'kms:getkeypolicy': ({ kms, KeyId }) => kms.getKeyPolicy({ KeyId }),
  'kms:getkeyrotationstatus': ({ kms, KeyId }) => kms.getKeyRotationStatus({ KeyId }),
  'kms:listgrants': ({ kms, KeyId }) => kms.listGrants({ KeyId }),
  'kms:listkeypolicies': ({ kms, KeyId }) => kms.listKeyPolicies({ KeyId }),
  'kms:listkeyrotations': ({ kms, KeyId }) => kms.listKeyRotations({ KeyId }),
  'kms:listresourcetags': ({ kms, KeyId }) => kms.listResourceTags({ KeyId }),
  'kms:creategrant': ({ kms, KeyId }) =>
    kms.createGrant({
      KeyId,
      GranteePrincipal: 'arn:aws:iam::111122223333:role/Mallory',
      Operations: ['Decrypt'],
    }),
  'kms:putkeypolicy': ({ kms, KeyId, wanted }) =>
    kms.putKeyPolicy({
      KeyId,
      Policy: openPolicy,
      BypassPolicyLockoutSafetyCheck: wanted.isTrue('kms:BypassPolicyLockoutSafetyCheck'),
    }),
  'kms:tagresource': ({ kms, KeyId, tags }) => {
    const wanted = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
    return kms.tagResource({ KeyId, Tags: wanted.length > 0 ? wanted : [note] });
  },
  'kms:untagresource': ({ kms, KeyId, tags }) => {
    const wanted = Object.keys(tags);
    return kms.untagResource({ KeyId, TagKeys: wanted.length > 0 ? wanted : [note.TagKey] });
  },
  'kms:createalias': ({ kms, KeyId, AliasName }) =>
    kms.createAlias({ AliasName: `${AliasName}-again`, TargetKeyId: KeyId }),
  'kms:updatealias': ({ kms, KeyId, AliasName }) =>
    kms.updateAlias({ AliasName, TargetKeyId: KeyId }),
  'kms:deletealias': ({ kms, AliasName }) => kms.deleteAlias({ AliasName }),
  'kms:updatekeydescription': ({ kms, KeyId }) =>
    kms.updateKeyDescription({ KeyId, Description: 'x' }),
  'kms:enablekey': ({ kms, KeyId }) => kms.enableKey({ KeyId }),
  'kms:disablekey': ({ kms, KeyId }) => kms.disableKey({ KeyId }),
  'kms:enablekeyrotation': ({ kms, KeyId, wanted }) =>
    kms.enableKeyRotation({ KeyId, RotationPeriodInDays: wanted.numberOf(period) }),
  'kms:disablekeyrotation': ({ kms, KeyId }) => kms.disableKeyRotation({ KeyId }),
  'kms:rotatekeyondemand': ({ kms, KeyId }) => kms.rotateKeyOnDemand({ KeyId }),
  'kms:schedulekeydeletion': ({ kms, KeyId, wanted }) =>
    kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: wanted.numberOf(days) }),
  'kms:cancelkeydeletion': ({ kms, KeyId }) => kms.cancelKeyDeletion({ KeyId }),
};

export const requestsOfKms: [string, Send][] = Object.entries(byAction).map(([action, send]) => [
  action,
  (sending) => send(keyRequest(sending)),
]);

function keyRequest({ wanted, target, aliasName, caller, operator }: Sending): KeyRequest {
  return {
    kms: new KMS(caller),
    KeyId: target.arn,
    AliasName: aliasName,
    EncryptionContext: wanted.named('kms:EncryptionContext:', 'kms:EncryptionContextKeys'),
    // Of a key of the template nobody here can encrypt anything: KMS refuses other bytes after it asked the policies.
    CiphertextBlob: target.ciphertext ?? Plaintext,
    tags: wanted.named('aws:RequestTag/', 'aws:TagKeys'),
    wanted,
    otherKey: () => openKey(new KMS(operator)),
  };
}

async function openKey(kms: KMS) {
  const { KeyMetadata } = await kms.createKey({ Policy: openPolicy });
  const { Arn: KeyId } = KeyMetadata as { Arn: string };
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext });
  return { KeyId, CiphertextBlob: CiphertextBlob as Uint8Array };
}
