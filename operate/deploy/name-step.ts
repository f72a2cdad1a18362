/** Names that the template chooses itself: whoever has one already stops the deployment halfway. */
import { Caution, type Step, StepFailure } from '../step.ts';
import { ofType } from './assembly.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';

interface NamedType {
  readonly type: string;
  readonly property: string;
  /** @returns those that somebody has */
  taken(plan: DeployPlan, names: readonly string[]): Promise<string[]>;
}

/** @param missing names of the error that says that there is none; any other is an error of the step */
async function thoseThere(
  names: readonly string[],
  look: (name: string) => Promise<unknown>,
  missing: readonly string[],
): Promise<string[]> {
  const there: string[] = [];
  for (const name of names) {
    try {
      await look(name);
      there.push(name);
    } catch (error) {
      if (!missing.includes((error as Error).name)) throw error;
    }
  }
  return there;
}

const types: readonly NamedType[] = [
  {
    type: 'AWS::KMS::Alias',
    property: 'AliasName',
    taken: ({ clients: { kms } }, names) =>
      thoseThere(names, (KeyId) => kms.describeKey({ KeyId }), ['NotFoundException']),
  },
  {
    // A trail of all regions has its name in each of them.
    type: 'AWS::CloudTrail::Trail',
    property: 'TrailName',
    async taken({ clients: { cloudtrail } }, names) {
      const { trailList = [] } = await cloudtrail.describeTrails({ includeShadowTrails: true });
      return names.filter((name) => trailList.some(({ Name }) => Name === name));
    },
  },
  {
    // Dashboards have no region.
    type: 'AWS::CloudWatch::Dashboard',
    property: 'DashboardName',
    taken: ({ clients: { cloudwatch } }, names) =>
      thoseThere(names, (DashboardName) => cloudwatch.getDashboard({ DashboardName }), [
        'DashboardNotFoundError',
        'ResourceNotFound',
      ]),
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    property: 'AlarmName',
    async taken({ clients: { cloudwatch } }, names) {
      const found: string[] = [];
      // Of a request 100 names (CloudWatch, DescribeAlarms).
      for (let at = 0; at < names.length; at += 100) {
        const { MetricAlarms = [] } = await cloudwatch.describeAlarms({
          AlarmNames: names.slice(at, at + 100),
        });
        found.push(...MetricAlarms.map(({ AlarmName = '' }) => AlarmName));
      }
      return found;
    },
  },
];

export const nameStep: Step<DeployPlan> = {
  name: 'names',
  needs: ['template', 'credentials', 'stack'],
  expected: 'nobody has the names that the stack gives to what it makes',
  remedy:
    'another stack has them (give this one a name of its own, -c name=...), or an earlier one left them: docs/operations.md',
  async run(plan) {
    const { template } = assemblyOf(plan);
    const own = new Set(plan.stack?.resources.map(({ physicalId }) => physicalId));
    const taken: string[] = [];
    let count = 0;
    for (const { type, property, taken: takenOf } of types) {
      const names = ofType(template, type)
        .map(([, { Properties }]) => written(Properties?.[property], plan))
        .filter((name) => name !== undefined)
        .filter((name) => !own.has(name));
      count += names.length;
      for (const name of await takenOf(plan, names)) taken.push(`${type} ${name}`);
    }
    if (taken.length > 0) throw new StepFailure(`taken: ${taken.join(', ')}`);
    const role = await roleThatIsTakenOver(plan);
    if (role !== undefined) throw new Caution(role);
    return count === 0 ? 'no new names' : `${count} names are free`;
  },
};

/** @returns undefined where CloudFormation makes the name; a name has nothing in it that is known later but the region */
function written(name: unknown, { region }: DeployPlan): string | undefined {
  if (name === undefined || typeof name === 'string') return name;
  const { 'Fn::Join': join } = name as { 'Fn::Join'?: [string, (string | { Ref: string })[]] };
  const [delimiter, parts = []] = join ?? [];
  const texts = parts.map((part) =>
    typeof part === 'object' && part.Ref === 'AWS::Region' ? region : part,
  );
  if (join === undefined || !texts.every((text) => typeof text === 'string')) {
    throw new Error(`what name it is cannot be told before: ${JSON.stringify(name)}`);
  }
  return texts.join(delimiter);
}

/** One role for logs serves all of an account's APIs of a region (API Gateway, `Account`). */
async function roleThatIsTakenOver(plan: DeployPlan): Promise<string | undefined> {
  const isNew =
    ofType(assemblyOf(plan).template, 'AWS::ApiGateway::Account').length > 0 &&
    plan.stack?.resources.every(({ type }) => type !== 'AWS::ApiGateway::Account') !== false;
  if (!isNew) return undefined;
  const { cloudwatchRoleArn } = await plan.clients.apigateway.getAccount({});
  if (!cloudwatchRoleArn) return undefined;
  return `API Gateway's role for logs in this account and region is replaced, for all its APIs: it is ${cloudwatchRoleArn}`;
}
