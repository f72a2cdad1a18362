import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Acknowledges findings of cdk-nag.
 * @param reasons why it is right here, by rule, with the finding in brackets where the rule has several
 */
export function acknowledge(
  construct: IConstruct,
  reasons: Readonly<Record<string, string>>,
): void {
  const rules = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(construct).acknowledge(...rules);
}

/**
 * @param resource an ARN with a `*` in it
 * @returns the name of cdk-nag's finding of it, whether or not the stack knows its account and region
 */
export const wildcard = (stack: Stack, resource: string): string =>
  `AwsSolutions-IAM5[Resource::${written(stack.resolve(resource))}]`;

/** cdk-nag joins what CloudFormation would join, and has a reference in angle brackets. */
function written(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: name, 'Fn::Join': join } = Object(value);
  if (join === undefined) return `<${name}>`;
  const [delimiter, parts] = join;
  return parts.map(written).join(delimiter);
}
