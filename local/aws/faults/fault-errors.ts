/** The error that a call gets which a fault hits, as each service words it. */
import { expiredToken } from '../authentication/signature.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { Fault } from './fault.ts';

/** @throws AwsError unless the call is to be carried out: no fault hits it, or one that concerns its answer only */
export function failBy(hit: Fault | undefined, service: string, operation: string): void {
  const fault = hit?.fault;
  if (fault === 'throttle') throw throttled(service, operation);
  if (fault === 'error') throw failed(service);
  if (fault === 'expired') throw expiredToken();
  if (fault === 'timeout') {
    // Recorded, never sent: the connection ends without an answer.
    throw new AwsError('RequestTimeout', 'The local stack was told not to answer.');
  }
}

function throttled(service: string, operation: string): AwsError {
  if (['sts', 'iam', 'cloudformation'].includes(service)) {
    return new AwsError('Throttling', 'Rate exceeded');
  }
  if (service === 'kms') {
    return new AwsError(
      'ThrottlingException',
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
    );
  }
  if (service === 'lambda') {
    const members = { Reason: 'ConcurrentInvocationLimitExceeded', Type: 'User' };
    return new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, members);
  }
  // DynamoDB throttles its control plane, which describes and lists tables, by another error.
  return /^(Describe|List)/.test(operation)
    ? new AwsError('ThrottlingException', 'Rate of requests exceeds the allowed throughput.')
    : new AwsError(
        'ProvisionedThroughputExceededException',
        'The level of configured provisioned throughput for the table was exceeded. ' +
          'Consider increasing your provisioning level with the UpdateTable API.',
      );
}

function failed(service: string): AwsError {
  if (service === 'kms') {
    const message =
      'The request was rejected because an internal exception occurred. The request can be retried.';
    return new AwsError('KMSInternalException', message, 500);
  }
  if (service === 'dynamodb') {
    return new AwsError('InternalServerError', 'Internal server error', 500);
  }
  if (service === 'lambda') {
    const message = 'The Lambda service encountered an internal error.';
    return new AwsError('ServiceException', message, 500, { Type: 'Service' });
  }
  const message = 'The request processing has failed because of an unknown error.';
  return new AwsError('InternalFailure', message, 500);
}
