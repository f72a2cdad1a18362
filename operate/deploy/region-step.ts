/**
 * Whether the region has what the template needs. AWS has no API that lists features by region, so this asks what knows of
 * them there: Lambda's own list of runtimes, by a read that checks its input against it, and CloudFormation's schemas of the
 * region. A schema without a property is a certain no; one that has it promises nothing, so the documentation is named too.
 */
import { type Step, StepFailure } from '../step.ts';
import { ofType } from './assembly.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';

const isolationRegions = 'https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html';

export const regionStep: Step<DeployPlan> = {
  name: 'region',
  needs: ['template', 'credentials'],
  expected:
    "Lambda's runtime, its tenant isolation mode and KMS's ML-DSA keys, as far as the template has them",
  remedy:
    'another region; or tenantIsolation=false (docs/security.md says what it costs in safety), postQuantumSignature=false',
  async run(plan) {
    const found = [...(await runtimes(plan)), ...(await properties(plan))];
    return found.join('; ');
  },
};

async function runtimes(plan: DeployPlan): Promise<string[]> {
  const functions = ofType(assemblyOf(plan).template, 'AWS::Lambda::Function');
  const names = new Set(functions.map(([, { Properties }]) => String(Properties?.Runtime)));
  for (const name of names) {
    const request = { CompatibleRuntime: name as 'nodejs24.x', MaxItems: 1 };
    await plan.clients.lambda.listLayers(request).catch((error: Error) => {
      if (!/compatibleRuntime/i.test(error.message)) throw error;
      throw new StepFailure(`Lambda does not know ${name} in ${plan.region}`, 'another region');
    });
  }
  return [...names].map((name) => `Lambda knows ${name}`);
}

async function properties(plan: DeployPlan): Promise<string[]> {
  const { template } = assemblyOf(plan);
  const isolated = ofType(template, 'AWS::Lambda::Function').some(
    ([, { Properties }]) => Properties?.TenancyConfig !== undefined,
  );
  const specs = new Set(
    ofType(template, 'AWS::KMS::Key').map(([, { Properties }]) => String(Properties?.KeySpec)),
  );
  const found: string[] = [];
  if (isolated) {
    await knows(plan, 'AWS::Lambda::Function', 'TenancyConfig', 'tenant isolation mode');
    found.push(
      `CloudFormation knows tenant isolation mode here (its regions: ${isolationRegions})`,
    );
  }
  for (const spec of specs) {
    if (!spec.startsWith('ML_DSA')) continue;
    await knows(plan, 'AWS::KMS::Key', spec, `${spec} keys`);
    found.push(`CloudFormation knows ${spec} here`);
  }
  return found;
}

async function knows(
  plan: DeployPlan,
  TypeName: string,
  word: string,
  what: string,
): Promise<void> {
  const { Schema = '' } = await plan.clients.cloudformation.describeType({
    Type: 'RESOURCE',
    TypeName,
  });
  if (Schema.includes(`"${word}"`)) return;
  throw new StepFailure(`CloudFormation's ${TypeName} has no ${what} in ${plan.region}`);
}
