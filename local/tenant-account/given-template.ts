/**
 * A template that somebody gives to CreateStack: KMS keys with their aliases, and IAM roles. Invariant: what the stack does
 * not understand of it to the last property is refused.
 */
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';
import type { Account } from '../template/resource-types.ts';
import { readTemplate, type Template } from '../template/template.ts';

const types = ['AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::IAM::Role', 'AWS::IAM::Policy'] as const;

const document = z.strictObject({
  AWSTemplateFormatVersion: z.literal('2010-09-09').optional(),
  Description: z.string().optional(),
  Metadata: z.unknown().optional(),
  Parameters: z
    .record(
      z.string().regex(/^[A-Za-z0-9]+$/),
      z.strictObject({
        Type: z.literal('String'),
        Description: z.string().optional(),
        Default: z.string().optional(),
        AllowedPattern: z.string().optional(),
        AllowedValues: z.array(z.string()).optional(),
        ConstraintDescription: z.string().optional(),
      }),
    )
    .default({}),
  Resources: z.record(
    z.string().regex(/^[A-Za-z0-9]+$/),
    z.strictObject({
      Type: z.enum(types),
      Properties: z.record(z.string(), z.unknown()).optional(),
      DeletionPolicy: z.enum(['Delete', 'Retain', 'RetainExceptOnCreate']).optional(),
      UpdateReplacePolicy: z.string().optional(),
      DependsOn: z.unknown().optional(),
      Metadata: z.unknown().optional(),
    }),
  ),
  Outputs: z
    .record(
      z.string().regex(/^[A-Za-z0-9]+$/),
      z.strictObject({ Value: z.unknown(), Description: z.string().optional() }),
    )
    .default({}),
});

type Declared = z.output<typeof document>['Parameters'];

/**
 * @param text JSON
 * @param given values of parameters
 * @throws TemplateError
 */
export function readGivenTemplate(
  text: string,
  given: Readonly<Record<string, string>>,
  account: Account,
): Template {
  const { Parameters, ...sections } = parsed(text);
  return readTemplate(sections, { ...account, parameters: valuesOf(Parameters, given) });
}

function parsed(text: string): z.output<typeof document> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TemplateError('the local stack reads templates in JSON, and this is none');
  }
  const result = document.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new TemplateError(`the local stack cannot read it: ${issues.join('; ')}`);
}

function valuesOf(
  declared: Declared,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0)
    throw new TemplateError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, { Default, AllowedPattern, AllowedValues }]) => {
      const value = Object.hasOwn(given, name) ? given[name] : Default;
      if (value === undefined) throw new TemplateError(`Parameters: [${name}] must have values`);
      // No value brings a policy's variable with it.
      const isPlain = !value.includes('${') && matchesPattern(AllowedPattern, value);
      if (!isPlain || AllowedValues?.includes(value) === false)
        throw new TemplateError(`Parameter ${name} has a value that it may not have`);
      return [name, value];
    }),
  );
}

function matchesPattern(pattern: string | undefined, value: string): boolean {
  if (pattern === undefined) return true;
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    throw new TemplateError('the local stack cannot read an AllowedPattern');
  }
}
