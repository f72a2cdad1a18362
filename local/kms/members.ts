/** Members that several operations share, with the limits of the API's model. */
import { AwsError } from '../aws/wire/aws-error.ts';
import { unsupported, validation } from './errors.ts';
import {
  boolean,
  defaulted,
  integer,
  list,
  type Member,
  oneOf,
  optional,
  structure,
  text,
  textMap,
} from './input.ts';
import type { Tag } from './stored-key.ts';

export const keyName = text({ min: 1, max: 2048 });

export const policyText = text({
  min: 1,
  max: 131_072,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
});

export const policyName = text({ min: 1, max: 128, pattern: '[\\w]+' });

export const description = text({ max: 8192 });

export const encryptionContext = defaulted(textMap, new Map());

export const encryptionAlgorithm = defaulted(
  oneOf(['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE']),
  'SYMMETRIC_DEFAULT',
);

export const keySpec = oneOf([
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'ECC_NIST_EDWARDS25519',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'SM2',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
]);

export const flag = defaulted(boolean, false);

/** A member that AWS has and this KMS does not. @throws AwsError UnsupportedOperationException where it is given */
export const absent =
  (message: string): Member<undefined> =>
  (value) => {
    if (value !== undefined && value !== null) throw unsupported(message);
    return undefined;
  };

export const limit = (fallback: number): Member<number> => defaulted(integer(1, 1000), fallback);

export const marker = optional(text({ min: 1, max: 1024, pattern: '[\\u0020-\\u00FF]*' }));

const awsTag = structure({ TagKey: text({ min: 1, max: 128 }), TagValue: text({ max: 256 }) });

const awsTags = list(awsTag);

export const tags: Member<readonly Tag[]> = (value, path, violations) =>
  awsTags(value, path, violations).map((tag) => ({ key: tag.TagKey, value: tag.TagValue }));

export const tagKeys = list(text({ min: 1, max: 128 }));

const aliasText = text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9:/_-]+$' });

/** @throws AwsError ValidationException where the name lacks its prefix */
export const aliasName: Member<string> = (value, path, violations) => {
  const name = aliasText(value, path, violations);
  if (violations.length > 0) return name;
  if (!name.startsWith('alias/')) {
    throw validation(
      'Alias must start with the prefix "alias/". Please see ' +
        'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name === 'alias/' || name.includes(':')) {
    throw validation(`${name} contains invalid characters for an alias`);
  }
  return name;
};

/**
 * The key of an alias, by id or ARN.
 * @throws AwsError ValidationException where it names an alias
 */
export const targetKeyName: Member<string> = (value, path, violations) => {
  const name = keyName(value, path, violations);
  if (violations.length === 0 && /^(?:arn:[^/]*:)?alias\//.test(name)) {
    throw validation('Aliases must refer to keys. Not aliases');
  }
  return name;
};

const tokens = defaulted(list(text({ min: 1, max: 8192 }), 10), []);

/** There are no grants here, so no token is valid. @throws AwsError InvalidGrantTokenException */
export const grantTokens: Member<readonly string[]> = (value, path, violations) => {
  const given = tokens(value, path, violations);
  if (given.length > 0 && violations.length === 0) {
    throw new AwsError('InvalidGrantTokenException', 'No grants exist here');
  }
  return given;
};
