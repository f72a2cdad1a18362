/** What the document says of each operation. */
import type { Operation, Plane } from '../contract/routes.ts';

export interface OperationText {
  readonly summary: string;
  readonly description: string;
  /** what a success of each status means */
  readonly successes: Readonly<Record<number, string>>;
}

export const tags: Readonly<
  Record<Plane, { readonly name: string; readonly description: string }>
> = {
  tenants: {
    name: 'Tenants',
    description: "Tenants, their lives and their keys' rotations. For administrators.",
  },
  crypto: {
    name: 'Cryptography',
    description: "Encryption and decryption with the tenant's key, for the tenant's own token.",
  },
  certificates: {
    name: 'Certificates',
    description: 'Certificates of erasure, and the key that checks them.',
  },
  audit: { name: 'Audit', description: "Who used a tenant's key, when and for what." },
};

/** Of a change that leads to the same state, whatever was done before. */
const again =
  'Done before, it is the same answer and nothing else; cut off, the same request goes on.';
const events =
  'Events come minutes after what happened. With `Accept: application/x-ndjson` each line is an event, and `Link` has the next page; with `format=ocsf` the lines are as OCSF 1.8.0 has its class API Activity.';
const eachTime = 'Asks the key store each time.';

export const operationTexts: Readonly<Record<Operation, OperationText>> = {
  onboard: {
    summary: 'Onboard a tenant',
    description: `Makes the tenant's key. ${again} It is the same again whatever other routes have changed since; with another body than the first it is \`tenant-exists\`.`,
    successes: {
      200: 'The same was onboarded before. The tenant as it is now.',
      201: 'The tenant was onboarded.',
    },
  },
  read: {
    summary: 'Read a tenant',
    description: 'With its key as its store has it now.',
    successes: { 200: 'The tenant.' },
  },
  update: {
    summary: "Change a tenant's names",
    description:
      'In any status but PROVISIONING and ERASED. What is not in the body stays, and null takes a name away (RFC 7396).',
    successes: { 200: 'The tenant, with these names.' },
  },
  list: {
    summary: 'List tenants',
    description: 'Without their keys, and without rows that this version cannot read.',
    successes: { 200: 'A page.' },
  },
  externalAccount: {
    summary: "Get what a key in the tenant's own account is made with",
    description:
      "For `keyStore` `aws-kms-external`, before the onboarding: a CloudFormation template for the tenant's account, or the policies by themselves. Whether there is such a tenant makes no difference, and nothing of it is secret.",
    successes: { 200: 'The role, its external id, the policies and the template.' },
  },
  suspend: {
    summary: 'Suspend a tenant',
    description: `The data plane refuses, and then the key store does: in KMS the key is disabled. ${again}`,
    successes: { 200: 'The tenant is suspended.' },
  },
  resume: {
    summary: 'Resume a suspended tenant',
    description: `The key is enabled, and then the data plane serves again. ${again}`,
    successes: { 200: 'The tenant is active.' },
  },
  offboard: {
    summary: 'Offboard a tenant',
    description: `Disables the key at once and schedules its deletion, after which nothing that it encrypted can be decrypted. ${again}`,
    successes: { 202: 'The key is destroyed on `deletionDate`.' },
  },
  restore: {
    summary: 'Restore a tenant that is being offboarded',
    description: `Cancels the deletion and enables the key: the tenant is active, suspended before or not. ${again}`,
    successes: { 200: 'The tenant is active.' },
  },
  setRotation: {
    summary: 'Set the period of automatic rotations',
    description: 'Asks the key store for the period, also where it is the same.',
    successes: { 200: 'The period is set.' },
  },
  listRotations: {
    summary: "List a key's rotations",
    description: 'Every key material that the key has had.',
    successes: { 200: 'A page.' },
  },
  rotate: {
    summary: 'Rotate the key now',
    description:
      "In KMS 25 times in a key's life, and KMS finishes some time later; old ciphertexts can be decrypted after any number of rotations. With `keyMaterialId` the request may come again however late, without it for an hour.",
    successes: {
      200: 'The rotation was begun before.',
      202: 'This request has begun the rotation, or has found out that it had begun.',
    },
  },
  changeKeyStore: {
    summary: 'Change the key store of a tenant',
    description: `Makes the tenant's key in the other store. From then on both keys decrypt, and 65 seconds later (to Azure Key Vault 11 minutes, in which its role comes to count) the new one encrypts; no ciphertext is changed, so re-encrypt them, and rewrap the keys of macs, before the previous key is ended. To the tenant's own account it is the key of \`keyArn\`, once that has passed the challenge of an onboarding; also from one such key to another. Back to the store of the previous key, that is the tenant's key again, and no third one is made. ${again}`,
    successes: {
      200: 'The key is in this store, and there is no other.',
      202: 'The key is in this store, and the previous key decrypts until it is ended.',
    },
  },
  endPreviousKey: {
    summary: 'End the key before a change of store',
    description: `Takes away the use of the previous key at once and schedules its deletion, after which nothing that is still under it can be decrypted. The tenant's other key stays as it is. ${again}`,
    successes: { 202: 'The previous key is destroyed on `keyStoreChange.deletionDate`.' },
  },
  restorePreviousKey: {
    summary: 'Restore the key before a change of store',
    description: `Cancels its deletion: both keys decrypt again. ${again}`,
    successes: { 200: 'Both keys decrypt.' },
  },
  listKeyStores: {
    summary: 'List the key stores',
    description:
      'Where a tenant may have its key, by the configuration of the stack. The first is where it is if an onboarding names none.',
    successes: { 200: 'The key stores.' },
  },
  erasureCertificate: {
    summary: 'Get the certificate of an erasure',
    description:
      'Once the tenant is ERASED. Always the same certificate but for `issuedAt`, with new signatures that are as valid.',
    successes: { 200: 'The certificate and its signatures.' },
  },
  certificateKey: {
    summary: 'Get the keys that check certificates',
    description: 'They stay the same; keep them with the certificates.',
    successes: { 200: 'The public keys.' },
  },
  encrypt: {
    summary: 'Encrypt',
    description: 'Bytes, as JSON or raw; each time another ciphertext.',
    successes: { 200: 'The ciphertext, in the form that `Accept` names first.' },
  },
  decrypt: {
    summary: 'Decrypt',
    description: 'What `encrypt` or any AWS Encryption SDK made with the key.',
    successes: { 200: 'The plaintext, in the form that `Accept` names first.' },
  },
  reencrypt: {
    summary: "Encrypt again, under the key's current material",
    description: `The plaintext is not in the answer. ${eachTime}`,
    successes: { 200: 'The new ciphertext, in the form that `Accept` names first.' },
  },
  encryptBatch: {
    summary: 'Encrypt up to 1,000 items',
    description: 'Items share a data key where they share an encryption context.',
    successes: { 200: 'The results. An item that failed has its error in its place.' },
  },
  decryptBatch: {
    summary: 'Decrypt up to 1,000 items',
    description: 'All of one mode.',
    successes: { 200: 'The results. An item that failed has its error in its place.' },
  },
  reencryptBatch: {
    summary: 'Encrypt up to 1,000 items again',
    description:
      'All of one mode. Items share a new data key where they share a context; none that was in use before encrypts.',
    successes: { 200: 'The results. An item that failed has its error in its place.' },
  },
  inspect: {
    summary: 'Tell which key material a ciphertext is under',
    description: `Without its plaintext. A message's own context is taken where none is given. ${eachTime}`,
    successes: { 200: 'What the ciphertext is.' },
  },
  generateDataKey: {
    summary: 'Make a data key',
    description: `For envelopes that a client makes itself. ${eachTime}`,
    successes: { 200: 'The data key, and the same wrapped.' },
  },
  decryptDataKey: {
    summary: 'Unwrap a data key',
    description: eachTime,
    successes: { 200: 'The data key.' },
  },
  mac: {
    summary: 'Make a keyed hash, to search by',
    description:
      'HMAC-SHA-256 of the value, by a key that the tenant has for this purpose alone and that the first use makes. Equal values have equal hashes, so store one beside what is encrypted and find it by equality. While the key is being changed there are two: store the newer, search by both.',
    successes: { 200: 'A hash by each live version of the key.' },
  },
  macBatch: {
    summary: 'Make up to 1,000 keyed hashes',
    description: 'Of at most 50 purposes. The first use of a purpose makes its key.',
    successes: { 200: 'The results. An item that failed has its error in its place.' },
  },
  setMacVersions: {
    summary: "Begin or end the change of a purpose's key",
    description:
      'From `[1]` to `[1, 2]` begins version 2; from there to `[2]` retires version 1, whose hashes nothing makes any more. Versions that are so already stay. It counts everywhere after `registryTtlSeconds` (5): until then some answers still have the versions of before.',
    successes: { 200: 'These versions are live.' },
  },
  rewrapMacKeys: {
    summary: "Wrap the keys of macs by the tenant's new key",
    description:
      'After a change of the key store: of up to 25 purposes at a time, beginning a minute and a half after the change. Repeat it until none is left: the end of the key before is refused until then. No mac changes. Without a change there is nothing to do.',
    successes: { 200: 'How many purposes this request has seen to, and how many are left.' },
  },
  listEvents: {
    summary: "List a tenant's events",
    description: `A tenant's token reads its own tenant's events only. An unknown tenant has none. ${events}`,
    successes: { 200: 'A page.' },
  },
  listAllEvents: {
    summary: "List all tenants' events",
    description: `And those that are about no tenant. For auditors and administrators. ${events}`,
    successes: { 200: 'A page.' },
  },
};
