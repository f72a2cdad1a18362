/** The output of the stack that has the filter pattern for other people's alarms, as CloudFormation would give it. */
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import type { Template } from './synthesized.ts';

export function unauthorizedCallsPatternOf(template: Template): string {
  const Output = {
    Type: 'AWS::Logs::MetricFilter',
    Properties: { FilterPattern: template.Outputs.UnauthorizedCallsPattern?.Value },
  };
  const { Resources } = template;
  const read = readTemplate({ ...template, Resources: { ...Resources, Output } }, localAccount);
  const found = read
    .ofType('AWS::Logs::MetricFilter')
    .find(({ logicalId }) => logicalId === 'Output');
  return String(found?.properties.FilterPattern);
}
