/** What the account has room for, against what the template and its tenants need beside what is there. */
import { paginateGetRestApis } from '@aws-sdk/client-api-gateway';
import { paginateListKeys } from '@aws-sdk/client-kms';
import { Caution, type Step, StepFailure } from '../step.ts';
import { ofType } from './assembly.ts';
import { concurrency } from './concurrency.ts';
import { filtersOfOthers } from './log-filters.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';
import { textOf, type Use } from './use.ts';

export const quotaStep: Step<DeployPlan> = {
  name: 'quotas',
  needs: ['template', 'credentials', 'stack'],
  expected: "room for keys, trails, APIs, roles, log filters and Lambda's concurrency",
  remedy:
    'ask for more in Service Quotas where it can be raised; fewer tenants or another account else',
  async run(plan) {
    const uses = await usesOf(plan);
    const short = uses.filter(({ limit, used, more }) => used + more > limit);
    if (short.length > 0) throw new StepFailure(short.map(textOf).join('; '), short[0]?.remedy);
    const { found, caution } = await concurrency(plan);
    const text = [...uses.map(textOf), found].join('; ');
    if (caution !== undefined) throw new Caution(`${caution}; ${text}`);
    return text;
  },
};

/** How many of a type the stack gets beside those that it has. */
function newOf(plan: DeployPlan, type: string): number {
  const wanted = ofType(assemblyOf(plan).template, type).length;
  const there = plan.stack?.resources.filter((one) => one.type === type).length ?? 0;
  return Math.max(0, wanted - there);
}

async function usesOf(plan: DeployPlan): Promise<Use[]> {
  const { given } = plan;
  return [
    {
      what: 'keys',
      used: await keys(plan),
      more: newOf(plan, 'AWS::KMS::Key') + given.tenants,
      limit: await quota(plan, 'kms', 'L-C2F1777E', 100_000),
    },
    ...(await onlyIf(newOf(plan, 'AWS::CloudTrail::Trail'), async (more) => ({
      what: 'trails',
      used: await trails(plan),
      more,
      // Cannot be raised (CloudTrail, quotas).
      limit: 5,
      remedy:
        'trail=false with trailLogGroup, where the organization has a trail: docs/security.md',
    }))),
    ...(await onlyIf(newOf(plan, 'AWS::ApiGateway::RestApi'), async (more) => ({
      what: 'REST APIs',
      used: await restApis(plan),
      more,
      // Cannot be raised (API Gateway, quotas).
      limit: 600,
    }))),
    ...(await onlyIf(newOf(plan, 'AWS::IAM::Role'), (more) => roles(plan, more))),
    ...(await filtersOfOthers(plan)),
  ];
}

const onlyIf = async (count: number, use: (count: number) => Promise<Use>): Promise<Use[]> =>
  count === 0 ? [] : [await use(count)];

/** AWS's own keys are listed too, and do not count: some tens at most. */
async function keys({ clients: { kms } }: DeployPlan): Promise<number> {
  let count = 0;
  for await (const page of paginateListKeys({ client: kms, pageSize: 1000 }, {})) {
    count += page.Keys?.length ?? 0;
  }
  return count;
}

/** Those of other regions that exist here as well count here (CloudTrail, "shadow trails"). */
async function trails({ clients: { cloudtrail } }: DeployPlan): Promise<number> {
  const { trailList = [] } = await cloudtrail.describeTrails({ includeShadowTrails: true });
  return trailList.length;
}

async function restApis({ clients: { apigateway } }: DeployPlan): Promise<number> {
  let count = 0;
  for await (const { items } of paginateGetRestApis({ client: apigateway, pageSize: 500 }, {})) {
    count += items?.length ?? 0;
  }
  return count;
}

async function roles({ clients: { iam } }: DeployPlan, more: number): Promise<Use> {
  const { SummaryMap = {} } = await iam.getAccountSummary({});
  return { what: 'roles', used: SummaryMap.Roles ?? 0, more, limit: SummaryMap.RolesQuota ?? 1000 };
}

/** @param standard what an account has that never asked for more; also where it may not be read */
async function quota(
  { clients: { quotas } }: DeployPlan,
  ServiceCode: string,
  QuotaCode: string,
  standard: number,
): Promise<number> {
  const found = await quotas
    .getServiceQuota({ ServiceCode, QuotaCode })
    .catch(() => ({ Quota: undefined }));
  return found.Quota?.Value ?? standard;
}
