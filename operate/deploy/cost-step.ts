/** What the stack will cost a month, by what its template has. No requests are counted: who deploys sees what waiting costs. */
import { readCoefficients } from '../cost/coefficients.ts';
import { estimate } from '../cost/estimate.ts';
import { type CostSettings, settingsOf } from '../cost/settings.ts';
import { LeftOut, type Step } from '../step.ts';
import type { Template } from './assembly.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';

export const costStep: Step<DeployPlan> = {
  name: 'cost',
  needs: ['template'],
  expected: 'somebody pays it',
  remedy: 'docs/cost.md',
  async run(plan) {
    const { template } = assemblyOf(plan);
    const settings = costSettingsOf(template, plan.given.tenants);
    if (settings === undefined) throw new LeftOut('the template has no keys of this product');
    const { usd } = estimate(settings, readCoefficients());
    const { ageDays, rotationPeriodInDays } = settings;
    return (
      `about $${Math.round(usd.all)} a month at ${settings.tenants} tenants before any request, ` +
      `with keys ${ageDays} days old that rotate every ${rotationPeriodInDays}; npm run cost has the items (docs/cost.md)`
    );
  },
};

/** @returns undefined where it is another template */
export function costSettingsOf(template: Template, tenants: number): CostSettings | undefined {
  const resources = Object.entries(template.Resources);
  const ofType = (type: string) =>
    resources.filter(([, { Type }]) => Type === type).map(([, resource]) => resource);
  const [, productKey] = resources.find(([id, { Type }]) => isProductKey(id, Type)) ?? [];
  if (productKey === undefined) return undefined;
  const [trail] = ofType('AWS::CloudTrail::Trail');
  return settingsOf({
    tenants,
    requests: 0,
    rotationPeriodInDays: Number(productKey.Properties?.RotationPeriodInDays),
    canary: resources.some(([id]) => id.startsWith('CanaryRun')),
    trail: trail === undefined ? 'none' : 'first',
    functionEvents: JSON.stringify(trail ?? {}).includes('AWS::Lambda::Function'),
    tenantIsolation: ofType('AWS::Lambda::Function').some(
      ({ Properties }) => Properties?.TenancyConfig !== undefined,
    ),
    ...(ofType('AWS::WAFv2::WebACLAssociation').length > 0 && { webRules: 0 }),
  });
}

const isProductKey = (id: string, type: string) =>
  type === 'AWS::KMS::Key' && id.includes('ProductKey');
