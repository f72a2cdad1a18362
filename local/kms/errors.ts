/** The errors of KMS, worded as AWS words them. */
import { AwsError } from '../aws/wire/aws-error.ts';

export const validation = (message: string) => new AwsError('ValidationException', message);

export const serialization = (message: string) => new AwsError('SerializationException', message);

export const notFound = (message: string) => new AwsError('NotFoundException', message);

/** The same error, without a message, for everything that can be wrong with a ciphertext, so that it reveals nothing. */
export const invalidCiphertext = () => new AwsError('InvalidCiphertextException', '');

export const incorrectKey = () =>
  new AwsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );

/** For a ciphertext of a key that is not here; on AWS it looks like one of a key that the caller may not use. */
export const unknownCiphertextKey = () =>
  new AwsError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this ' +
      'region, or you are not allowed to access.',
  );

export const disabled = (keyArn: string) =>
  new AwsError('DisabledException', `${keyArn} is disabled.`);

export const pendingDeletion = (keyArn: string) =>
  new AwsError('KMSInvalidStateException', `${keyArn} is pending deletion.`);

export const notPendingDeletion = (keyArn: string) =>
  new AwsError('KMSInvalidStateException', `${keyArn} is not pending deletion.`);

export const malformedPolicy = (message: string) =>
  new AwsError('MalformedPolicyDocumentException', message);

export const tagError = (message: string) => new AwsError('TagException', message);

export const limitExceeded = (message: string) => new AwsError('LimitExceededException', message);

export const unsupported = (message: string) =>
  new AwsError('UnsupportedOperationException', message);

export const incompatibleAlgorithm = (algorithm: string, keySpec: string) =>
  new AwsError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${keySpec}.`,
  );

export const wrongUsage = (keyArn: string, usage: string, operation: string) =>
  new AwsError(
    'InvalidKeyUsageException',
    `${keyArn} key usage is ${usage} which is not valid for ${operation}.`,
  );

export const wrongSpec = (keyArn: string, keySpec: string, operation: string) =>
  unsupported(`${keyArn} key spec is ${keySpec} which is not valid for ${operation}.`);

export const invalidSignature = () => new AwsError('KMSInvalidSignatureException', '');

export const throttled = () =>
  new AwsError(
    'ThrottlingException',
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  );

export const aliasExists = (aliasArn: string) =>
  new AwsError('AlreadyExistsException', `An alias with the name ${aliasArn} already exists`);

export const reservedAlias = () =>
  new AwsError('InvalidAliasNameException', 'Alias names that begin with alias/aws/ are reserved');

export const dryRun = () =>
  new AwsError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );
