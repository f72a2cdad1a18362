import { randomUUID } from 'node:crypto';
import { authorizeNewKey } from '../access.ts';
import { keyArn } from '../account.ts';
import { unsupported, validation } from '../errors.ts';
import { oneOf, optional } from '../input.ts';
import { keyMetadata, newKey } from '../key.ts';
import { type KeySpec, keyTypes } from '../key-type.ts';
import { replaceKey } from '../live-keys.ts';
import { requireNoLockout } from '../lockout.ts';
import { absent, description, flag, keySpec, policyText, tags } from '../members.ts';
import { kmsOperation } from '../operation.ts';
import { parseKeyPolicy } from '../policy.ts';
import { mergedTags, requestTagConditions } from '../tags.ts';

const members = {
  Policy: optional(policyText),
  Description: optional(description),
  KeyUsage: optional(
    oneOf(['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT']),
  ),
  CustomerMasterKeySpec: optional(keySpec),
  KeySpec: optional(keySpec),
  Origin: optional(oneOf(['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'])),
  CustomKeyStoreId: absent('Custom key stores are not supported here'),
  BypassPolicyLockoutSafetyCheck: flag,
  Tags: optional(tags),
  MultiRegion: flag,
  XksKeyId: absent('External key stores are not supported here'),
};

export const createKey = kmsOperation({
  name: 'CreateKey',
  members,
  cloudTrail: {
    readOnly: false,
    requestParameters: [
      'Policy',
      'Description',
      'KeyUsage',
      'CustomerMasterKeySpec',
      'KeySpec',
      'Origin',
      'BypassPolicyLockoutSafetyCheck',
      'Tags',
      'MultiRegion',
    ],
    responseElements: ['KeyMetadata'],
  },
  requestsPerSecond: 5,
  run(account, call, input) {
    const type = requestedType(input);
    const keyTags = mergedTags([], input.Tags ?? []);
    const keyId = newKeyId(input.MultiRegion);
    const bypass = input.BypassPolicyLockoutSafetyCheck;
    authorizeNewKey(
      account,
      call,
      { keyId, tags: keyTags },
      { ...type.conditions, 'kms:BypassPolicyLockoutSafetyCheck': String(bypass) },
    );
    if (type.supported === undefined) {
      throw unsupported(
        'Only keys of origin AWS_KMS are supported here: SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT, and single-Region ' +
          'ECC_NIST_P256, ML_DSA_65 and RSA_2048 for SIGN_VERIFY',
      );
    }
    const { Policy: policy, Description } = input;
    const key = newKey(account, {
      keyId,
      keySpec: type.supported,
      tags: keyTags,
      ...(policy === undefined ? {} : { policy }),
      ...(Description === undefined ? {} : { description: Description }),
    });
    if (policy !== undefined) {
      const parsed = parseKeyPolicy(policy, keyArn(account, keyId));
      if (!bypass) requireNoLockout(account, call, key, parsed, requestTagConditions(keyTags));
    }
    replaceKey(account, key);
    return { KeyMetadata: keyMetadata(account, key) };
  },
});

const newKeyId = (multiRegion: boolean): string =>
  multiRegion ? `mrk-${randomUUID().replaceAll('-', '')}` : randomUUID();

interface TypeInput {
  readonly KeyUsage: string | undefined;
  readonly KeySpec: string | undefined;
  readonly CustomerMasterKeySpec: string | undefined;
  readonly Origin: string | undefined;
  readonly MultiRegion: boolean;
}

function requestedType(input: TypeInput) {
  const { KeySpec, CustomerMasterKeySpec, MultiRegion } = input;
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined) {
    throw validation('KeySpec and CustomerMasterKeySpec cannot both be given: give KeySpec');
  }
  const spec = KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (spec !== 'SYMMETRIC_DEFAULT' && input.KeyUsage === undefined) {
    throw validation(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT';
  const origin = input.Origin ?? 'AWS_KMS';
  return {
    conditions: {
      'kms:KeySpec': spec,
      'kms:KeyUsage': usage,
      'kms:KeyOrigin': origin,
      'kms:MultiRegion': String(MultiRegion),
    },
    supported: origin === 'AWS_KMS' ? supportedSpec(spec, usage, MultiRegion) : undefined,
  };
}

function supportedSpec(spec: string, usage: string, multiRegion: boolean): KeySpec | undefined {
  if (multiRegion && spec !== 'SYMMETRIC_DEFAULT') return undefined;
  const known = (Object.keys(keyTypes) as KeySpec[]).find((candidate) => candidate === spec);
  return known !== undefined && keyTypes[known].usage === usage ? known : undefined;
}
