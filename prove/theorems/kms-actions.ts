/**
 * What actions of KMS do (Service Authorization Reference, AWS KMS). Written out here and not taken from the code that
 * makes the policies: a theorem that asked for what a policy lists would not see what that list has lost.
 */

/** Those that use key material. */
export const uses = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncrypt*',
  'kms:GenerateDataKey*',
  'kms:GenerateMac',
  'kms:VerifyMac',
  'kms:Sign',
  'kms:Verify',
  'kms:DeriveSharedSecret',
];

/** The same, each by its whole name: solvers are quick with names. */
export const usesByName = [
  ...uses.filter((action) => !action.includes('*')),
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyPair',
  'kms:GenerateDataKeyPairWithoutPlaintext',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** Those that tell something of a key. */
export const reads = ['kms:Describe*', 'kms:Get*', 'kms:List*'];
