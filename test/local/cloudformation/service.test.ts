/** CloudFormation's outputs and list of resources of the stack, to AWS's own client. */
import { CloudFormation, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cloudformation, stackIdOf } from '../../../local/cloudformation/service.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { administrator, account as owner, userWith } from '../../harness/account.ts';
import { clientOptions, openEndpoint, type TestEndpoint } from '../aws/harness.ts';
import { role } from '../small-template.ts';

const count = 230;
const account = { ...owner, stackName: 'TenantKeys' };
const template = readTemplate(
  {
    Resources: Object.fromEntries(Array.from({ length: count }, (_, at) => [`Role${at}`, role()])),
    Outputs: {
      RoleName: { Value: { Ref: 'Role7' } },
      Sentence: { Value: { 'Fn::Join': [' ', ['in', { Ref: 'AWS::Region' }]] } },
    },
  },
  account,
);

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await openEndpoint(({ clock }) => [cloudformation([template], clock)]);
});
afterAll(() => endpoint.close());

const clientOf = (user = administrator) =>
  new CloudFormation(clientOptions(endpoint.url, endpoint.credentials.issue(user)));
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    ({ name, message }) => `${name}: ${message}`,
  );

describe('serialization', () => {
  test('a token that is none', async () => {
    const call = clientOf().listStackResources({ StackName: 'TenantKeys', NextToken: '!' });
    expect(await errorOf(call)).toMatch(/^ValidationError: /);
  });
});

describe('validation', () => {
  test('a stack must be named', async () => {
    const call = clientOf().listStackResources({ StackName: undefined });
    expect(await errorOf(call)).toMatch(/^ValidationError: .*'stackName'/);
  });
});

describe('behaviour', () => {
  test.each(['TenantKeys', stackIdOf(account)])(
    'all resources, in pages: %s',
    async (StackName) => {
      const pages = [];
      for await (const page of paginateListStackResources({ client: clientOf() }, { StackName })) {
        pages.push(page.StackResourceSummaries ?? []);
      }
      expect(pages.map(({ length }) => length)).toEqual([100, 100, 30]);
      const resources = pages.flat();
      expect(new Set(resources.map((one) => one.LogicalResourceId)).size).toBe(count);
      expect(resources.find((one) => one.LogicalResourceId === 'Role7')).toMatchObject({
        PhysicalResourceId: 'TenantKeys-Role7',
        ResourceType: 'AWS::IAM::Role',
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: expect.any(Date),
      });
    },
  );

  test('the outputs of the stack', async () => {
    const { Stacks } = await clientOf().describeStacks({ StackName: 'TenantKeys' });
    expect(Stacks).toEqual([
      expect.objectContaining({
        StackName: 'TenantKeys',
        StackStatus: 'CREATE_COMPLETE',
        Outputs: [
          { OutputKey: 'RoleName', OutputValue: 'TenantKeys-Role7' },
          { OutputKey: 'Sentence', OutputValue: `in ${account.region}` },
        ],
      }),
    ]);
    expect(await errorOf(clientOf().describeStacks({ StackName: 'Other' }))).toBe(
      'ValidationError: Stack with id Other does not exist',
    );
  });

  test('a stack that is not there', async () => {
    expect(await errorOf(clientOf().listStackResources({ StackName: 'Other' }))).toBe(
      'ValidationError: Stack with id Other does not exist',
    );
  });

  test('IAM decides who may read which stack', async () => {
    const client = clientOf(
      userWith('auditor', {
        Effect: 'Allow',
        Action: 'cloudformation:ListStackResources',
        Resource: stackIdOf(account).replace(/local$/, '*'),
      }),
    );
    const { StackResourceSummaries } = await client.listStackResources({ StackName: 'TenantKeys' });
    expect(StackResourceSummaries).toHaveLength(100);
    expect(await errorOf(client.listStackResources({ StackName: 'Other' }))).toMatch(
      /^AccessDenied: .*cloudformation:ListStackResources on resource: .*:stack\/Other\/\*/,
    );
  });
});
