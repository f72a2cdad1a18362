import type { Operation } from '../../aws/operation.ts';
import { type KmsAccount, keyArn } from '../account.ts';
import { noteUse } from '../cryptography.ts';
import { isSignatureOf } from '../ecdsa.ts';
import { dryRun, invalidSignature } from '../errors.ts';
import { blob, readInput } from '../input.ts';
import { authorizedSigning, signingShape } from '../signing.ts';

const shape = { ...signingShape, Signature: blob(1, 6144) };

/** Answers only where the signature is valid: one that is not is an error. */
export const verify =
  (account: KmsAccount): Operation =>
  (body, call) => {
    const input = readInput(shape, body);
    const { key, privateKey, digest } = authorizedSigning(account, call, 'Verify', input);
    if (!isSignatureOf(privateKey, digest, input.Signature)) throw invalidSignature();
    if (input.DryRun) throw dryRun();
    noteUse(account, call, key, 'Verify');
    return {
      KeyId: keyArn(account, key.keyId),
      SignatureValid: true,
      SigningAlgorithm: input.SigningAlgorithm,
    };
  };
