/** What services of AWS do with the product's own key. */
import { and, equal, type Formula, like, literal, not, or } from '../formula/formula.ts';
import { patternOf } from '../formula/value-text.ts';
import type { StackPolicies } from '../stack-policies.ts';
import { services } from './callers.ts';
import {
  has,
  isAction,
  isOfTrail,
  type Request,
  requestOf,
  throughDynamoDB,
} from './request-of.ts';
import type { Theorem } from './theorem.ts';

/** By themselves: AWS gives the encryption context, or says for which resource the service calls. */
function isForStack(request: Request, stack: StackPolicies): Formula {
  const { trail, accountId, name } = stack;
  const [, partition, , region] = trail.split(':');
  const inStack = (service: string, resource: string) =>
    patternOf(`arn:${partition}:${service}:${region}:${accountId}:${resource}:${name}-*`);
  const isCaller = (service: string) => equal(request.caller.service, literal(service));
  const hasLike = (key: string, pattern: string, service: string) =>
    and(request.present(key), like(request.value(key), inStack(service, pattern)));
  return or(
    throughDynamoDB(request, stack),
    and(
      isCaller(`logs.${region}.amazonaws.com`),
      hasLike('kms:EncryptionContext:aws:logs:arn', 'log-group', 'logs'),
    ),
    and(
      isCaller('cloudwatch.amazonaws.com'),
      hasLike('aws:SourceArn', 'alarm', 'cloudwatch'),
      has(request, 'aws:SourceAccount', literal(accountId)),
    ),
    and(
      isCaller('cloudtrail.amazonaws.com'),
      has(request, 'aws:SourceArn', literal(trail)),
      or(isAction(request, ['kms:DescribeKey']), isOfTrail(request, stack)),
    ),
  );
}

export const productKeyServices: Theorem = {
  id: '6.4',
  sentence:
    "A service of AWS by itself does something with the product's own key only for a log group, an alarm or the trail of this stack, or where DynamoDB calls for it.",
  questions: (stack) => {
    const request = requestOf({ caller: services, resource: stack.key('ProductKey').policy });
    return [
      {
        about: services.title,
        counterexample: [request.isAllowed, not(isForStack(request, stack))],
        request,
      },
    ];
  },
};
