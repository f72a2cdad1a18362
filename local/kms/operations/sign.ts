import type { Operation } from '../../aws/operation.ts';
import { type KmsAccount, keyArn } from '../account.ts';
import { noteUse } from '../cryptography.ts';
import { signDigest } from '../ecdsa.ts';
import { dryRun } from '../errors.ts';
import { readInput } from '../input.ts';
import { authorizedSigning, signingShape } from '../signing.ts';

export const sign =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(signingShape, body);
    const { key, privateKey, digest } = authorizedSigning(account, call, 'Sign', input);
    if (input.DryRun) throw dryRun();
    const signature = signDigest(privateKey, digest);
    noteUse(account, call, key, 'Sign');
    return {
      KeyId: keyArn(account, key.keyId),
      Signature: signature.toString('base64'),
      SigningAlgorithm: input.SigningAlgorithm,
    };
  };
