/** The subscription filters of a template, and the log groups of its trail and functions. */
import { z } from 'zod';
import type { FunctionDefinition } from '../lambda/template.ts';
import { TemplateError } from '../template/intrinsics.ts';
import { readProperties } from '../template/properties.ts';
import type { Account, Resource } from '../template/resource-types.ts';
import type { Template } from '../template/template.ts';
import { FilterPatternError, parseFilterPattern } from './filter-pattern.ts';

const filterProperties = z.strictObject({
  LogGroupName: z.string(),
  FilterPattern: z.string(),
  DestinationArn: z.string(),
  FilterName: z.string().optional(),
  // Only matters for streams with several shards.
  Distribution: z.enum(['Random', 'ByLogStream']).optional(),
});

export interface Subscription {
  readonly name: string;
  /** name of the log group */
  readonly logGroup: string;
  readonly pattern: string;
  readonly functionArn: string;
}

/** AWS's limit. */
const maxPerLogGroup = 2;

/**
 * @throws TemplateError for a pattern that the stack cannot read, a third subscription of one log group, a function
 * that does not let CloudWatch Logs invoke it for that log group, or that runs in tenant isolation mode
 */
export function readSubscriptions(
  template: Template,
  functions: ReadonlyMap<string, FunctionDefinition>,
): Subscription[] {
  const subscriptions = template.ofType('AWS::Logs::SubscriptionFilter').map((resource) => {
    const properties = readProperties(resource, filterProperties);
    const { LogGroupName: logGroup, FilterPattern: pattern, DestinationArn: arn } = properties;
    requireReadable(resource, pattern);
    requireInvocable(resource, functions.get(arn), template.account, logGroup);
    const { ref: name } = template.identity(resource.logicalId);
    return { name, logGroup, pattern, functionArn: arn };
  });
  for (const [logGroup, some = []] of Map.groupBy(subscriptions, (one) => one.logGroup)) {
    if (some.length <= maxPerLogGroup) continue;
    throw new TemplateError(`${logGroup} has more than ${maxPerLogGroup} subscription filters`);
  }
  return subscriptions;
}

function requireReadable({ logicalId }: Resource, pattern: string): void {
  try {
    parseFilterPattern(pattern);
  } catch (error) {
    if (error instanceof FilterPatternError) {
      throw new TemplateError(`${logicalId}: ${error.message}`);
    }
    throw error;
  }
}

function requireInvocable(
  { logicalId, properties }: Resource,
  definition: FunctionDefinition | undefined,
  account: Account,
  logGroup: string,
): void {
  // CloudWatch Logs appends `:*` to the ARN that it gives as the source.
  const groupArn = logGroupArn(account, logGroup);
  const sources = [groupArn, groupArn.replace(/:\*$/, '')];
  const mayInvoke = definition?.invokers.some(
    ({ service, sourceArn, sourceAccount = account.accountId }) =>
      service === 'logs.amazonaws.com' &&
      sources.includes(sourceArn) &&
      sourceAccount === account.accountId,
  );
  if (!mayInvoke) {
    throw new TemplateError(`${logicalId}: ${properties.DestinationArn} does not let it invoke it`);
  }
  if (definition?.perTenant) {
    throw new TemplateError(
      `${logicalId}: ${definition.name} runs in tenant isolation mode, and lines of a log name no tenant`,
    );
  }
}

/** Made from the name, since the log group of an organization's trail is not in the template. */
const logGroupArn = ({ partition, region, accountId }: Account, name: string): string =>
  `arn:${partition}:logs:${region}:${accountId}:log-group:${name}:*`;

// Loose: this reads only where the trail logs.
const trailProperties = z.looseObject({
  IsLogging: z.boolean(),
  CloudWatchLogsLogGroupArn: z.string().optional(),
});

/**
 * @returns the name of the log group that the trail writes to; undefined where no trail writes to one
 * @throws TemplateError for a second trail
 */
export function trailLogGroupOf(template: Template): string | undefined {
  const [trail, another] = template.ofType('AWS::CloudTrail::Trail');
  if (another !== undefined) {
    throw new TemplateError(`${another.logicalId}: the local stack knows one trail`);
  }
  if (trail === undefined) return undefined;
  const { IsLogging, CloudWatchLogsLogGroupArn: arn } = readProperties(trail, trailProperties);
  if (!IsLogging || arn === undefined) return undefined;
  const [, name] = /^arn:[^:]+:logs:[^:]+:[^:]+:log-group:([^:*]+):\*$/.exec(arn) ?? [];
  if (name === undefined) throw new TemplateError(`${trail.logicalId}: no log group is ${arn}`);
  return name;
}

const loggingProperties = z.looseObject({
  LoggingConfig: z.looseObject({ LogGroup: z.string().optional() }).optional(),
});

/** @returns the names of the functions' log groups by the functions' ARNs; Lambda's default where none is given */
export function logGroupOfFunctions(template: Template): Map<string, string> {
  return new Map(
    template.ofType('AWS::Lambda::Function').map((resource) => {
      const { LoggingConfig: config } = readProperties(resource, loggingProperties);
      const { ref: name, attributes } = template.identity(resource.logicalId);
      return [attributes.Arn as string, config?.LogGroup ?? `/aws/lambda/${name}`];
    }),
  );
}
