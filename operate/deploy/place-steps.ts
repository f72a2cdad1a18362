/** Whose account, which region, and whether it is ready for CDK and for this stack. */
import { findStack } from '../deployed-stack.ts';
import { Caution, type Step, StepFailure } from '../step.ts';
import { readAssembly } from './assembly.ts';
import { assemblyOf, type DeployPlan } from './plan.ts';

/** CloudFormation, quotas. */
const mostResources = 500;
const mostTemplateBytes = 1_000_000;

const template: Step<DeployPlan> = {
  name: 'template',
  expected: 'cdk synth writes a template that CloudFormation takes',
  remedy: 'what it says is about the configuration: README.md lists the keys',
  async run(plan) {
    const assembly = readAssembly(await plan.synthesize());
    plan.assembly = assembly;
    const { stackName, templateBytes } = assembly;
    const resources = Object.keys(assembly.template.Resources).length;
    if (resources > mostResources || templateBytes > mostTemplateBytes) {
      throw new StepFailure(
        `${resources} resources and ${templateBytes} bytes: a template holds ${mostResources} and ${mostTemplateBytes}`,
        'declare fewer tenants (tenants), and onboard the others at run time',
      );
    }
    const kilobytes = Math.ceil(templateBytes / 1000);
    return `${stackName}: ${resources} of ${mostResources} resources, ${kilobytes} of ${mostTemplateBytes / 1000} KB`;
  },
};

const credentials: Step<DeployPlan> = {
  name: 'credentials',
  expected: 'credentials and a region, found as by the AWS CLI',
  remedy:
    '`aws sso login` or AWS_PROFILE, and AWS_REGION; `aws sts get-caller-identity` must answer',
  async run(plan) {
    const { sts } = plan.clients;
    const region = await sts.config.region();
    const { Account = '', Arn = '' } = await sts.getCallerIdentity({});
    plan.region = region;
    plan.account = Account;
    const who = `account ${Account}, region ${region}, as ${Arn}`;
    const { account } = plan.given;
    if (account !== undefined && account !== Account) {
      throw new StepFailure(`${who}: --account says ${account}`, 'take the other credentials');
    }
    if (plan.env.AWS_ENDPOINT_URL) {
      throw new Caution(`${who}, at AWS_ENDPOINT_URL ${plan.env.AWS_ENDPOINT_URL}: not AWS`);
    }
    if (Arn.endsWith(':root')) throw new Caution(`${who}: the account's root user; take a role`);
    return who;
  },
};

const bootstrap: Step<DeployPlan> = {
  name: 'bootstrap',
  needs: ['template', 'credentials'],
  expected: "the account and region have CDK's bucket and roles, in a version that is new enough",
  remedy: '`npx cdk bootstrap`, once for an account and region, and again after an update of CDK',
  async run(plan) {
    const { version, parameter } = assemblyOf(plan).bootstrap;
    const found = await plan.clients.ssm.getParameter({ Name: parameter }).catch((error: Error) => {
      if (error.name !== 'ParameterNotFound') throw error;
      const where = `aws://${plan.account}/${plan.region}`;
      throw new StepFailure(
        `${where} is not bootstrapped: no ${parameter}`,
        `npx cdk bootstrap ${where}`,
      );
    });
    const there = Number(found.Parameter?.Value);
    if (!(there >= version)) {
      throw new StepFailure(`version ${found.Parameter?.Value} is there, ${version} is needed`);
    }
    return `version ${there}, and ${version} is needed`;
  },
};

/** In which CloudFormation takes no update (CloudFormation, stack status codes). */
const stuck: Readonly<Record<string, string>> = {
  DELETE_FAILED: 'its deletion failed: see why by its events, and delete it again',
  UPDATE_ROLLBACK_FAILED: '`aws cloudformation continue-update-rollback --stack-name NAME`',
};

/** Whose creation failed: cdk deploy deletes it, and makes it again. */
const neverMade = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

const stack: Step<DeployPlan> = {
  name: 'stack',
  needs: ['template', 'credentials'],
  expected: 'there is no such stack yet, or it is in a state to be updated in',
  remedy: 'wait for what is under way',
  async run(plan) {
    const { stackName } = assemblyOf(plan);
    const found = await findStack(plan.clients.cloudformation, stackName);
    // Of a change set that nobody has executed: nothing is there.
    if (found === undefined || found.status === 'REVIEW_IN_PROGRESS') {
      return `${stackName} is not there: it is made`;
    }
    const { status, resources, isProtected } = found;
    const what = `${stackName} is in ${status}`;
    if (Object.hasOwn(stuck, status)) throw new StepFailure(what, stuck[status]);
    if (status.endsWith('_IN_PROGRESS')) throw new StepFailure(`${what}: it changes just now`);
    if (neverMade.includes(status)) {
      if (!isProtected) throw new Caution(`${what}: it is deleted first, and made again`);
      throw new StepFailure(
        `${what}, and protected from the deletion that comes before it is made again`,
        'docs/operations.md, "When a deployment fails", takes the protection off',
      );
    }
    plan.stack = found;
    return `${what}, with ${resources.length} resources: it is updated`;
  },
};

export const placeSteps = [template, credentials, bootstrap, stack];
