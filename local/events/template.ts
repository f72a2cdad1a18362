/** The EventBridge rules of a template, each of which invokes a function every so many minutes. */
import { z } from 'zod';
import type { FunctionDefinition } from '../lambda/template.ts';
import { TemplateError } from '../template/intrinsics.ts';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';

const ruleProperties = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  ScheduleExpression: z.string(),
  State: z.literal('ENABLED'),
  Targets: z.tuple([z.strictObject({ Id: z.string(), Arn: z.string() })]),
  Tags: z.unknown().optional(),
});

export interface ScheduledRule {
  readonly name: string;
  readonly arn: string;
  readonly everyMinutes: number;
  readonly functionArn: string;
}

/** @throws TemplateError for a rule of another kind, or one whose function has no permission for it */
export function readRules(
  template: Template,
  functions: ReadonlyMap<string, FunctionDefinition>,
): ScheduledRule[] {
  return template.ofType('AWS::Events::Rule').map((resource) => {
    const properties = readProperties(resource, ruleProperties);
    const { ref: name, attributes } = template.identity(resource.logicalId);
    const arn = attributes.Arn as string;
    const functionArn = properties.Targets[0].Arn;
    const mayInvoke = functions
      .get(functionArn)
      ?.invokers.some((one) => one.service === 'events.amazonaws.com' && one.sourceArn === arn);
    if (!mayInvoke) {
      throw new TemplateError(`${resource.logicalId}: ${functionArn} does not let it invoke it`);
    }
    const everyMinutes = minutesOf(resource.logicalId, properties.ScheduleExpression);
    return { name, arn, everyMinutes, functionArn };
  });
}

function minutesOf(logicalId: string, expression: string): number {
  const [, text] = /^rate\((1 minute|(?!1 )[1-9]\d* minutes)\)$/.exec(expression) ?? [];
  if (text === undefined) {
    throw new TemplateError(`${logicalId}: the local stack does not know ${expression}`);
  }
  return Number.parseInt(text, 10);
}
