/** The named schemas of the data plane. */
import * as crypto from '../contract/crypto.ts';
import { encryptionContext } from '../contract/encryption-context.ts';
import { itemProblems } from '../contract/operation-problems.ts';
import { itemError } from '../contract/problem-body.ts';
import { base64, type Component, text } from './component.ts';
import type { Json } from './json.ts';
import { problemMembers } from './problem-members.ts';

const context = text('The same, exactly, as when it was encrypted.');
const newContext = text('Must be given again, exactly, to decrypt.');
const ciphertext = base64('A message of the AWS Encryption SDK, or what `kms:Encrypt` gives.');
const plaintext = base64('At most 4,194,304 bytes; in direct mode 1 to 4,096.');
const mode = text(
  '`envelope`, the default: a message of the AWS Encryption SDK. `direct`: what `kms:Encrypt` gives.',
);
export const results = text('In the order of the request: for each item its result, or its error.');

/** The contract checks the items of a batch one by one. */
export const itemsAre = (component: string) => (schema: Json) => {
  schema.properties.items.items = { $ref: `#/components/schemas/${component}` };
};

export const cryptoComponents: Readonly<Record<string, Component>> = {
  EncryptionContext: {
    schema: encryptionContext,
    description:
      'Names and texts that are authenticated with the ciphertext and must be given again, exactly, to decrypt. Not secret: AWS CloudTrail logs them in the clear. At most 64 names and 8,000 bytes; no name may be empty, `TenantId` in any case, or begin with `aws-crypto-` or `tenant-keys:`.',
    refine(schema) {
      schema.maxProperties = 64;
      schema.propertyNames = { type: 'string', minLength: 1 };
    },
  },
  EncryptRequest: {
    schema: crypto.encryptRequest,
    description: 'What to encrypt.',
    members: { plaintext, encryptionContext: newContext, mode },
  },
  Ciphertext: {
    schema: crypto.encryptResponse,
    description: 'What was encrypted.',
    members: { ciphertext },
  },
  DecryptRequest: {
    schema: crypto.decryptRequest,
    description: 'What to decrypt.',
    members: { ciphertext, encryptionContext: context },
  },
  Plaintext: {
    schema: crypto.decryptResponse,
    description: 'What was decrypted.',
    members: { plaintext: base64('The bytes that were encrypted.') },
  },
  ReencryptRequest: {
    schema: crypto.reencryptRequest,
    description: "What to encrypt again, under the key's current material.",
    members: {
      ciphertext,
      encryptionContext: context,
      newEncryptionContext: text(
        'Takes the place of the old one, which stays where this is absent.',
      ),
    },
  },
  Reencrypted: {
    schema: crypto.reencryptResponse,
    description: 'What was encrypted again.',
    members: {
      ciphertext,
      keyMaterialId: text('Id of the key material that the new ciphertext is under.'),
      sourceKeyMaterialId: text('Id of the key material that the old ciphertext is under.'),
    },
  },
  InspectRequest: {
    schema: crypto.inspectRequest,
    description: 'What to tell of.',
    members: {
      ciphertext,
      encryptionContext: text(
        'The same, exactly, as when it was encrypted. Of a message it may be left out.',
      ),
    },
  },
  Inspection: {
    schema: crypto.inspection,
    description: 'What is known of a ciphertext without its plaintext.',
    members: {
      format: text('A message of the AWS Encryption SDK, or what `kms:Encrypt` gives.'),
      keyArn: text(
        "ARN of the tenant's key, which it is under; absent where the key is not in KMS.",
      ),
      keyName: text('Of a key that is not in KMS, as its store and messages name it.'),
      keyMaterialId: text('Id of the key material that it is under.'),
      currentKeyMaterialId: text('Id of the key material that encrypts now.'),
      isCurrent: text('Whether they are the same, so that nothing is left to do.'),
      algorithmSuite: text('Of a message, by its name in the specification of the SDK.'),
      encryptionContextKeys: text('Of a message: the names that decrypt must be given, sorted.'),
    },
  },
  EncryptItem: {
    schema: crypto.encryptItem,
    description: 'An item to encrypt.',
    members: { plaintext, encryptionContext: newContext },
  },
  EncryptBatchRequest: {
    schema: crypto.encryptBatchRequest,
    description: 'Items to encrypt, each as an envelope.',
    members: { items: text('Each is checked by itself, and has an error of its own.') },
    refine: itemsAre('EncryptItem'),
  },
  EncryptBatchResponse: {
    schema: crypto.encryptBatchResponse,
    description: 'The results of a batch.',
    members: { items: results },
  },
  DecryptBatchRequest: {
    schema: crypto.decryptBatchRequest,
    description: 'Items to decrypt, all of one mode.',
    members: {
      items: text('Each is checked by itself, and has an error of its own.'),
      mode: text('Of all items.'),
    },
    refine: itemsAre('DecryptRequest'),
  },
  DecryptBatchResponse: {
    schema: crypto.decryptBatchResponse,
    description: 'The results of a batch.',
    members: { items: results },
  },
  ReencryptBatchRequest: {
    schema: crypto.reencryptBatchRequest,
    description: 'Items to encrypt again, all of one mode.',
    members: {
      items: text('Each is checked by itself, and has an error of its own.'),
      mode: text('Of all items.'),
    },
    refine: itemsAre('ReencryptRequest'),
  },
  ReencryptBatchResponse: {
    schema: crypto.reencryptBatchResponse,
    description: 'The results of a batch.',
    members: { items: results },
  },
  ItemError: {
    schema: itemError,
    description: 'A problem of one item.',
    members: { error: text('The problem, without what belongs to the whole request.') },
    refine(schema) {
      const { properties } = schema.properties.error;
      for (const [name, said] of Object.entries(problemMembers)) {
        if (name in properties) Object.assign(properties[name], said);
      }
      properties.code.enum = itemProblems;
    },
  },
  DataKeyRequest: {
    schema: crypto.dataKeyRequest,
    description: 'A data key to make.',
    members: {
      encryptionContext: newContext,
      plaintext: text(
        '`false`: the data key itself is not given, and does not leave the key store.',
      ),
    },
  },
  DataKey: {
    schema: crypto.dataKeyResponse,
    description: 'A data key of 32 bytes.',
    members: {
      keyArn: text('ARN of the key that wraps it; absent where the key is not in KMS.'),
      keyName: text('Of a key that is not in KMS, as its store and messages name it.'),
      keyProviderId: text(
        'The provider id of messages under such data keys; the provider info is the ARN, or the name.',
      ),
      wrappedDataKey: base64("The data key, encrypted by the tenant's key."),
      plaintext: base64('The data key itself. Keep it in memory alone.'),
    },
  },
  DecryptDataKeyRequest: {
    schema: crypto.decryptDataKeyRequest,
    description: 'A data key to unwrap.',
    members: {
      wrappedDataKey: base64('As it was given with the data key.'),
      encryptionContext: text(
        "As it was given with the data key. Of a signed message of the AWS Encryption SDK all of the message's context but `TenantId`, `aws-crypto-public-key` too.",
      ),
    },
  },
};
