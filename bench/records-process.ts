/** What a field costs in CPU: in a record, and as a message of its own. No key store has a part in it, as its cache is warm. */
import {
  AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  NodeCachingMaterialsManager,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { EncryptedDataKey } from '@aws-crypto/material-management-node';
import type { DataKeySource } from '../client/data-key-source.ts';
import { defaultLimits, RecordDataKeys } from '../client/records/record-data-keys.ts';
import { TenantRecords } from '../client/records/tenant-records.ts';
import { decryptMessage, encryptMessage } from '../lambdas/crypto/message/message-cipher.ts';
import { type Message, parseMessage } from '../lambdas/crypto/message/message-parser.ts';
import { customersOf, fieldPaths, fieldsOf, type RecordsMessage } from './records.ts';
import { inTurns } from './turns.ts';

const customers = customersOf(10);
const texts = customers.flatMap(fieldsOf).map((text) => Buffer.from(text));
const wrapped = new Uint8Array(184);
const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';

const dataKeys: DataKeySource = {
  generate: async () => ({
    keyProviderId: 'aws-kms',
    keyName: keyArn,
    wrapped,
    plaintext: new Uint8Array(32).fill(7),
  }),
  open: async () => new Uint8Array(32).fill(7),
};
const records = new TenantRecords(
  {
    tenantId: 'bench',
    dataKeys: new RecordDataKeys(dataKeys, { ...defaultLimits, maxRecords: 1e9 }),
    macs: { macs: async () => [] },
  },
  { type: 'customer', id: 'id' },
);

/** As the API encrypts it, with the data key out of its cache. */
const dataKey = {
  plaintext: Buffer.alloc(32, 7),
  context: { TenantId: 'bench' },
  wrapped: new EncryptedDataKey({
    providerId: 'aws-kms',
    providerInfo: keyArn,
    encryptedDataKey: wrapped,
  }),
};

const sdk = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
const cached = new NodeCachingMaterialsManager({
  backingMaterials: new RawAesKeyringNode({
    keyName: 'bench',
    keyNamespace: 'bench',
    unencryptedMasterKey: new Uint8Array(32).fill(7),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  }),
  cache: getLocalCryptographicMaterialsCache(100),
  maxAge: 300_000,
});
const sdkOptions = {
  suiteId: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
  encryptionContext: dataKey.context,
};

const sealed = await records.sealAll(customers, fieldPaths);
const messages = texts.map((text) => encryptMessage(dataKey, text));
const ofSdk = await Promise.all(
  texts.map(async (text) => (await sdk.encrypt(cached, text, sdkOptions)).result),
);
const groups = {
  sealed: {
    record: () => records.sealAll(customers, fieldPaths),
    message: () => texts.map((text) => encryptMessage(dataKey, text)),
    sdk: () => Promise.all(texts.map((text) => sdk.encrypt(cached, text, sdkOptions))),
  },
  opened: {
    record: () => records.openAll(sealed),
    message: () =>
      messages.map((one) => decryptMessage(dataKey.plaintext, parseMessage(one) as Message)),
    sdk: () => Promise.all(ofSdk.map((one) => sdk.decrypt(cached, one))),
  },
};

const rounds = Number(process.env.ROUNDS);
const samples = {
  sealed: await inTurns(groups.sealed, rounds),
  opened: await inTurns(groups.opened, rounds),
};
process.send?.({ samples, fields: texts.length } satisfies RecordsMessage, () => process.exit());
