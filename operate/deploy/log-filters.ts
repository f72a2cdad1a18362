/** Filters on a log group that is not the stack's own: somebody else's may be there already. */
import type { TemplateResource } from './assembly.ts';
import { ofType } from './assembly.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';
import type { Use } from './use.ts';

/** Of a log group; none can be raised (CloudWatch Logs, quotas). */
const mostMetricFilters = 100;
const mostSubscriptionFilters = 2;

export async function filtersOfOthers(plan: DeployPlan): Promise<Use[]> {
  const { template } = assemblyOf(plan);
  const metric = byGroup(ofType(template, 'AWS::Logs::MetricFilter'));
  const subscription = byGroup(ofType(template, 'AWS::Logs::SubscriptionFilter'));
  const own = new Set(plan.stack?.resources.map(({ physicalId }) => physicalId));
  const { logs } = plan.clients;
  const uses: Use[] = [];
  for (const group of new Set([...metric.keys(), ...subscription.keys()])) {
    const isOthers = ({ filterName = '' }) => !own.has(filterName);
    const request = { logGroupName: group };
    const { metricFilters = [] } = await logs.describeMetricFilters(request);
    const { subscriptionFilters = [] } = await logs.describeSubscriptionFilters(request);
    uses.push({
      what: `metric filters of ${group}`,
      used: metricFilters.filter(isOthers).length,
      more: metric.get(group) ?? 0,
      limit: mostMetricFilters,
    });
    uses.push({
      what: `subscription filters of ${group}`,
      used: subscriptionFilters.filter(isOthers).length,
      more: subscription.get(group) ?? 0,
      limit: mostSubscriptionFilters,
    });
  }
  return uses;
}

/** Those whose group is named: the stack's own are references. */
function byGroup(filters: readonly [string, TemplateResource][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, { Properties }] of filters) {
    const name = Properties?.LogGroupName;
    if (typeof name === 'string') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
