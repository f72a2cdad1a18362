/** The two keys that sign certificates: what is claimed of the one is claimed of the other. */
import type { Case, Harness } from './case.ts';

/** The same harness, in which the post-quantum key stands in the place of the certificate key. */
const withPostQuantumKey = (harness: Harness): Harness =>
  // Not a copy: some members are made when they are asked for.
  Object.create(harness, {
    certificateKeyArn: { value: harness.postQuantumKeyArn },
    certificateKeyPolicy: { value: harness.postQuantumKeyPolicy },
  });

export const signingAlgorithmOf = (harness: Harness) =>
  harness.certificateKeyArn === harness.postQuantumKeyArn ? 'ML_DSA_SHAKE_256' : 'ECDSA_SHA_256';

export const onBothSigningKeys = (cases: readonly Case[]): Case[] =>
  cases.flatMap((one) => [
    one,
    {
      ...one,
      name: `${one.name}, with the post-quantum key`,
      attempt: (harness) => one.attempt(withPostQuantumKey(harness)),
    },
  ]);
