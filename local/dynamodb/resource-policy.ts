/** GetResourcePolicy. The template gives no table a policy, and nothing here can put one. */
import type { Call } from '../aws/operation.ts';
import { AwsError } from '../aws/wire/aws-error.ts';
import type { Tables } from './access.ts';

/** @throws AwsError always: PolicyNotFoundException for a table that is there */
export async function getResourcePolicy(
  tables: Tables,
  { ResourceArn: arn }: Readonly<Record<string, unknown>>,
  call: Call,
): Promise<never> {
  const [, name] = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([\w.-]+)$/.exec(String(arn)) ?? [];
  if (name === undefined || tables.arnOf(name) !== arn) {
    throw new AwsError(
      'ValidationException',
      'The local stack takes the ARN of a table of its own.',
    );
  }
  call.authorize({ action: 'dynamodb:GetResourcePolicy', resource: tables.arnOf(name) });
  throw (await tables.find(name)) === undefined
    ? new AwsError(
        'ResourceNotFoundException',
        `Requested resource not found: Table: ${name} not found`,
      )
    : new AwsError('PolicyNotFoundException', `Resource-based policy not found for ${arn}`);
}
