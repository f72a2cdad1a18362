/** Errors of Invoke, as Lambda words them. `Type` says who is to blame. */
import { AwsError } from '../aws/wire/aws-error.ts';

export const notFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', message, 404, { Type: 'User' });

export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });

export const invalidContent = (reason: string): AwsError =>
  new AwsError(
    'InvalidRequestContentException',
    `Could not parse request body into json: Could not parse payload into json: ${reason}`,
    400,
    { Type: 'User' },
  );

/** The model calls it RequestTooLargeException; AWS sends this name. */
export const tooLarge = (bytes: number, invocationType: string, limitBytes: number): AwsError =>
  new AwsError(
    'RequestEntityTooLargeException',
    `${bytes} byte payload is too large for the ${invocationType} invocation type (limit ${limitBytes} bytes)`,
    413,
    { Type: 'User' },
  );

export const serviceFailed = (message: string): AwsError =>
  new AwsError('ServiceException', message, 500, { Type: 'Service' });
