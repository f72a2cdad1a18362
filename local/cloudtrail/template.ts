/** Which data events the template's trail records: of functions; those of other resources are not played. */
import { z } from 'zod';
import { TemplateError } from '../template/intrinsics.ts';
import { readProperties } from '../template/properties.ts';
import type { Template } from '../template/template.ts';

const isLambda = 'AWS::Lambda::Function';

const fieldSelector = z.looseObject({
  Field: z.string(),
  Equals: z.array(z.string()).optional(),
  StartsWith: z.array(z.string()).optional(),
});

const trailProperties = z.looseObject({
  IsLogging: z.boolean(),
  EventSelectors: z
    .array(
      z.looseObject({
        ReadWriteType: z.enum(['All', 'ReadOnly', 'WriteOnly']).default('All'),
        DataResources: z
          .array(z.strictObject({ Type: z.string(), Values: z.array(z.string()) }))
          .default([]),
      }),
    )
    .default([]),
  AdvancedEventSelectors: z
    .array(z.looseObject({ FieldSelectors: z.array(fieldSelector) }))
    .default([]),
});

/**
 * Source: DataResource and AdvancedFieldSelector, CloudTrail API reference. Invoke is a write event.
 * @throws TemplateError for a selector of functions that the stack cannot read
 */
export function invokesRecordedBy(template: Template): (functionArn: string) => boolean {
  const tests = template.ofType('AWS::CloudTrail::Trail').flatMap((resource) => {
    const properties = readProperties(resource, trailProperties);
    if (!properties.IsLogging) return [];
    return [
      ...properties.EventSelectors.filter(({ ReadWriteType }) => ReadWriteType !== 'ReadOnly')
        .flatMap(({ DataResources }) => DataResources)
        .filter(({ Type }) => Type === isLambda)
        .map(({ Values }) => valuesTest(Values)),
      ...properties.AdvancedEventSelectors.map(({ FieldSelectors }) => FieldSelectors)
        .filter((selectors) =>
          selectors.some(
            ({ Field, Equals }) => Field === 'resources.type' && Equals?.includes(isLambda),
          ),
        )
        .map((selectors) => fieldsTest(resource.logicalId, selectors)),
    ];
  });
  return (functionArn) => tests.some((test) => test(functionArn));
}

type ArnTest = (functionArn: string) => boolean;

/** `arn:aws:lambda` is every function. */
const valuesTest =
  (values: readonly string[]): ArnTest =>
  (functionArn) =>
    values.some((value) => /^arn:[^:]+:lambda$/.test(value) || value === functionArn);

function fieldsTest(
  logicalId: string,
  selectors: readonly z.output<typeof fieldSelector>[],
): ArnTest {
  const tests = selectors.map(({ Field, Equals, StartsWith, ...others }): ArnTest => {
    const isKnown = Object.keys(others).length === 0;
    if (isKnown && (Field === 'eventCategory' || Field === 'resources.type')) return () => true;
    if (isKnown && Field === 'resources.ARN') {
      return (functionArn) =>
        (Equals ?? []).includes(functionArn) ||
        (StartsWith ?? []).some((start) => functionArn.startsWith(start));
    }
    throw new TemplateError(`${logicalId}: the local stack cannot select Invokes by ${Field}`);
  });
  return (functionArn) => tests.every((test) => test(functionArn));
}
