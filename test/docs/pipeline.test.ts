/** The role of docs/pipeline: who may become it, and that it may do what a deployment does, and no more. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const text = readFileSync('docs/pipeline/deployment-role.json', 'utf8');
const { Parameters, Resources } = JSON.parse(text);
const { AssumeRolePolicyDocument, Policies } = Resources.DeploymentRole.Properties;
const statements: { Sid: string; Action: string | string[]; Resource: unknown }[] =
  Policies[0].PolicyDocument.Statement;
const statement = (sid: string) => statements.find(({ Sid }) => Sid === sid);

describe('who may become the deployment role', () => {
  test("runs of GitHub's for AWS, of one subject, to the letter", () => {
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Federated: { Ref: 'OidcProviderArn' } },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub': { Ref: 'Subject' },
          },
        },
      },
    ]);
  });

  test.each([
    ['repo:example/keys:environment:production', true],
    ['repo:example/keys:ref:refs/heads/main', true],
    ['repo:example/keys:*', false],
    ['repo:example/*:environment:production', false],
    ['repo:example/keys:pull_request', false],
    ['*', false],
  ])('a subject such as %s: %s', (subject, isTaken) => {
    const pattern = new RegExp(`^(?:${Parameters.Subject.AllowedPattern})$`);
    expect(pattern.test(subject)).toBe(isTaken);
  });
});

describe('what the deployment role may do', () => {
  test('it becomes roles of the bootstrap, and changes nothing itself but an alarm’s state', () => {
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      'BecomeRolesOfBootstrap',
      'LookBeforeDeploying',
      'SmokeTest',
    ]);
    const roles = JSON.stringify(statement('BecomeRolesOfBootstrap')?.Resource);
    expect(roles.match(/role\/cdk-\$\{Qualifier\}-(\w+)/g)).toHaveLength(3);
    expect(roles).not.toContain('*');
    const reads = statement('LookBeforeDeploying')?.Action as string[];
    expect(
      reads.filter((one) => !/:(Describe|Get|List)[A-Z]\w+$|^apigateway:GET$/.test(one)),
    ).toEqual([]);
  });

  test('it may whatever the commands of operate/ ask AWS', () => {
    const services: Record<string, string> = { quotas: 'servicequotas' };
    const calls = globSync('operate/**/*.ts').flatMap((file) => {
      const source = readFileSync(file, 'utf8');
      return [
        ...[
          ...source.matchAll(
            /\b(apigateway|cloudformation|cloudtrail|cloudwatch|iam|kms|lambda|logs|quotas|sns|ssm|sts)\s*\.([a-z]\w+)\(/g,
          ),
        ].map(
          ([, service = '', call = '']) =>
            `${services[service] ?? service}:${call[0]?.toUpperCase()}${call.slice(1)}`,
        ),
        ...[...source.matchAll(/\bpaginate(\w+)\(/g)].map(([, call]) => `paginated:${call}`),
      ];
    });
    const asActions = new Set(
      calls.map((call) =>
        call
          .replace(/^apigateway:Get\w*|paginated:GetRestApis/, 'apigateway:GET')
          .replace('paginated:ListKeys', 'kms:ListKeys')
          .replace('paginated:ListStackResources', 'cloudformation:ListStackResources')
          .replace('lambda:Invoke', 'lambda:InvokeFunction'),
      ),
    );
    const granted = statements.flatMap(({ Action }) => Action);
    expect(asActions.size).toBeGreaterThan(15);
    expect([...asActions].filter((action) => !granted.includes(action))).toEqual([]);
    // DescribeStacks is the CDK CLI's and the runbooks'.
    const unused = granted.filter((action) => !asActions.has(action));
    expect(unused.sort()).toEqual(['cloudformation:DescribeStacks', 'sts:AssumeRole']);
  });
});

test('the workflow has no credentials, and deploys what was tested', () => {
  const workflow = readFileSync('docs/pipeline/deploy.yml', 'utf8');
  expect(workflow).not.toMatch(/AKIA|aws-secret/i);
  expect(workflow).toMatch(/permissions:\n {2}contents: read\n {2}id-token: write\n/);
  expect(workflow.indexOf('configure-aws-credentials')).toBeGreaterThan(
    workflow.indexOf('- run: npm test'),
  );
  const commands = [...workflow.matchAll(/- run: (.*)/g)].map(([, command]) => command);
  expect(commands).toEqual(['npm ci', 'npm test', 'npm run deploy -- --yes']);
});
