/**
 * What CloudTrail records of a service, as patterns and as filters. Invariant: every change counts, not only those of a
 * list, and whoever makes it, CloudFormation too; so does a refused attempt, where its record names the resource.
 */
import { CfnResource, type Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup, JsonPattern } from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { addLogMetricFilter, all, any, is, isFalse, isMissing } from './log-metric-filter.ts';

/** Every event that CloudTrail does not mark as a read. */
export const changes = (service: string) =>
  all(
    is('$.eventSource', `${service}.amazonaws.com`),
    any(isFalse('$.readOnly'), isMissing('$.readOnly')),
  );

/**
 * @param product in a stack that may have resources of others too
 * @param type such as `AWS::IAM::Role`
 * @returns the names of all such resources that are in the product by now: nobody has to list one that is added
 */
export const namesOf = (product: IConstruct, type: string): string[] =>
  product.node
    .findAll()
    .filter((one) => CfnResource.isCfnResource(one))
    .filter(({ cfnResourceType }) => cfnResourceType === type)
    .map(({ ref }) => ref);

export interface ChangeFilters {
  /** of a trail */
  readonly logGroup: ILogGroup;
  readonly metricName: string;
  readonly period: Duration;
  readonly names: readonly string[];
  /** for some of the names */
  readonly patternOf: (names: readonly string[]) => JsonPattern;
  /** how many names of 80 characters fit into the 1,024 of a pattern */
  readonly namesAtOnce?: number;
}

/** @returns the metric, into which as many filters count as the names need */
export function addChangeFilters(
  scope: Construct,
  id: string,
  { names, patternOf, namesAtOnce = 6, ...counted }: ChangeFilters,
): Metric {
  const count = Math.ceil(names.length / namesAtOnce);
  const metrics = Array.from({ length: count }, (_, at) =>
    addLogMetricFilter(scope, at === 0 ? id : `${id}${at + 1}`, {
      ...counted,
      filterPattern: patternOf(names.slice(at * namesAtOnce, (at + 1) * namesAtOnce)),
    }),
  );
  return metrics[0] as Metric;
}
