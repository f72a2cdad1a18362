/**
 * Invariant: a key has at every moment a policy that the evaluator understands in full. Any other is refused when it
 * is set, so no authorization meets one.
 */
import { type PolicyDocument, parsePolicy } from '../iam/policy-document.ts';
import { type KmsAccount, keyArn } from './account.ts';
import { limitExceeded, malformedPolicy, notFound } from './errors.ts';
import type { StoredKey } from './stored-key.ts';

/** The size quota of a key policy: "Resource quotas", developer guide. */
const maxPolicyBytes = 32_768;

/** @returns the policy of a key that is created without one: the account administers and uses it */
export const defaultKeyPolicy = ({ partition, accountId }: KmsAccount): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    null,
    2,
  );

/** @throws AwsError MalformedPolicyDocumentException with the parser's message, LimitExceededException */
export function parseKeyPolicy(text: string, arn: string): PolicyDocument {
  if (Buffer.byteLength(text) > maxPolicyBytes) {
    throw limitExceeded(`A key policy is at most ${maxPolicyBytes} bytes.`);
  }
  try {
    return parsePolicy(text, `key policy of ${arn}`, 'resource');
  } catch (error) {
    throw malformedPolicy((error as Error).message);
  }
}

const parsed = new WeakMap<StoredKey, PolicyDocument>();

/** @returns the key's policy, parsed once for each state of the key */
export function keyPolicyOf(account: KmsAccount, key: StoredKey): PolicyDocument {
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const policy = parseKeyPolicy(key.policy, keyArn(account, key.keyId));
  parsed.set(key, policy);
  return policy;
}

/** A key has one policy, named `default`. @throws AwsError NotFoundException for any other name */
export function requireDefaultName(name: string): void {
  if (name !== 'default') throw notFound('No such policy exists');
}
