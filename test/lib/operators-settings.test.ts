/**
 * All that an operator may set, at once. The synthesis passes cdk-nag's packs; what the settings take away they take
 * away everywhere, and they give nobody a right but Lambda, to connect the two functions that fetch issuers' keys.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routes } from '../../contract/routes.ts';
import { functionNames } from '../../lib/config/functions.ts';
import { readApi } from '../../local/api/template.ts';
import { matches, wildcard } from '../../local/iam/wildcard.ts';
import { readFunctions } from '../../local/lambda/template.ts';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { stackPolicies } from '../../prove/stack-policies.ts';
import { everySetting } from '../harness/operators-settings.ts';
import {
  documentsOf,
  named,
  permissionsOf,
  resource,
  resourcesOf,
  type Statement,
  synthesizedTemplate,
  type Template,
} from '../harness/synthesized.ts';

const declared = { tenants: [{ tenantId: 'acme' }] };
const plain = await synthesizedTemplate(declared);
const api = (template: Template) => resource(template, 'AWS::ApiGateway::RestApi')[1].Properties;
const policiesOf = (template: Template) =>
  stackPolicies(readTemplate({ ...template }, localAccount));
const network = ['LambdaConnects', 'CodeConnectsNothing'];
const connected = ['FunctionsAuthorizer', 'FunctionsSessionBroker'];

describe.each(Object.entries(everySetting))('%s', (_, settings) => {
  const template = synthesizedTemplate({ ...settings, ...declared });

  test('a request meets the given limits, at AWS and on the local stack', async () => {
    const read = readApi(readTemplate({ ...(await template) }, localAccount));
    expect(read.throttling).toEqual({ rate: 50, burst: 20 });
  });

  test('nobody may do more or less than with the defaults, but for the network of two functions', async () => {
    const given = policiesOf(await template);
    const before = policiesOf(plain);
    const withoutNetwork = given.roles.map((role) => ({
      ...role,
      policies: role.policies.map((policy) => ({
        ...policy,
        statements: policy.statements.filter(({ Sid = '' }) => !network.includes(Sid)),
      })),
    }));
    // The operator's tags and topic aside, and API Gateway's role for logs.
    const rolesOf = (roles: typeof before.roles) =>
      roles.map(({ tags: _, ...role }) => role).filter(({ title }) => !/^ApiAccess/.test(title));
    expect(rolesOf(withoutNetwork)).toEqual(rolesOf(before.roles));
    expect(given.tenantKeyPolicy).toEqual(before.tenantKeyPolicy);
    const sidsOf = ({ keys }: typeof given) =>
      keys.map(({ title, policy }) => [title, policy.statements.map(({ Sid }) => Sid)] as const);
    const withoutTopic = sidsOf(before).map(([title, sids]) => [
      title,
      sids.filter((sid) => sid !== 'AlarmsPublishEncrypted'),
    ]);
    expect(sidsOf(given)).toEqual(withoutTopic);
  });

  test('a role keeps its own tags', async () => {
    for (const { title, tags } of policiesOf(await template).roles) {
      const before = policiesOf(plain).roles.find((one) => one.title === title)?.tags;
      expect(tags).toEqual({ ...before, ...settings.tags });
    }
  });

  test('every role has the boundary', async () => {
    for (const [, { Properties }] of resourcesOf(await template, 'AWS::IAM::Role')) {
      expect(Properties.PermissionsBoundary).toBe(settings.permissionsBoundaryArn);
    }
  });

  test("two functions are in the VPC, and Lambda's rights for that are not their code's", async () => {
    for (const [id, { Properties }] of resourcesOf(await template, 'AWS::Lambda::Function')) {
      const isConnected = connected.some((one) => id.startsWith(one));
      expect([id, Properties.VpcConfig]).toEqual([
        id,
        isConnected
          ? { SubnetIds: settings.subnetIds, SecurityGroupIds: settings.securityGroupIds }
          : undefined,
      ]);
    }
    for (const role of ['AuthorizerRole', 'SessionBrokerRole']) {
      const statements = permissionsOf(await template, role);
      const { Action } = named(statements, 'LambdaConnects');
      expect(named(statements, 'CodeConnectsNothing')).toEqual({
        Sid: 'CodeConnectsNothing',
        Effect: 'Deny',
        Action,
        Resource: '*',
        Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      });
    }
    const rights = documentsOf(await template).flatMap(([, statements]) => statements);
    expect(rights.filter(({ Sid = '' }) => network.includes(Sid))).toHaveLength(4);
  });

  test('functions have the memory and the concurrency that are given, the others their own', async () => {
    const of = (from: Template) =>
      resourcesOf(from, 'AWS::Lambda::Function').map(([id, { Properties }]) => [
        id,
        Properties.MemorySize,
        Properties.ReservedConcurrentExecutions,
      ]);
    const expected = of(plain).map(([id, memory]) => {
      const is = (prefix: string) => String(id).startsWith(prefix);
      return [
        id,
        is('FunctionsCrypto') ? 3008 : is('FunctionsAuthorizer') ? 1024 : memory,
        is('FunctionsSessionBroker') ? 50 : is('FunctionsReconciler') ? 1 : undefined,
      ];
    });
    expect(of(await template)).toEqual(expected);
  });

  test('every function has a name by which it can be set', async () => {
    const functions = readFunctions(
      readTemplate({ ...(await template) }, localAccount),
      (key) => key,
    );
    const names = [...functions.values()].map(({ handler }) => handler.replace(/\.handler$/, ''));
    // Its function is there only where the product has an issuer of its own, for Azure Key Vault.
    const here = functionNames.filter((name) => name !== 'issuer-keys');
    expect(names.sort()).toEqual([...here].sort());
  });

  test('logs are kept as long as is given, the trail apart', async () => {
    for (const [id, { Properties }] of resourcesOf(await template, 'AWS::Logs::LogGroup')) {
      expect([id, Properties.RetentionInDays]).toEqual([id, /^AuditTrail/.test(id) ? 365 : 90]);
    }
  });

  test("alarms go to the operator's topic, and the stack has none", async () => {
    expect(resourcesOf(await template, 'AWS::SNS::Topic')).toEqual([]);
    const alarms = resourcesOf(await template, 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBe(resourcesOf(plain, 'AWS::CloudWatch::Alarm').length);
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmActions).toEqual([settings.alarmTopicArn]);
    }
  });

  test("the account's setting of API Gateway is left alone", async () => {
    expect(resourcesOf(await template, 'AWS::ApiGateway::Account')).toEqual([]);
    const trusts = JSON.stringify(resourcesOf(await template, 'AWS::IAM::Role'));
    expect(trusts).not.toContain('apigateway.amazonaws.com');
  });

  test("resources have the operator's tags, a tenant's key its own alone", async () => {
    const tags = Object.entries(settings.tags).map(([Key, Value]) => ({ Key, Value }));
    for (const type of ['AWS::DynamoDB::Table', 'AWS::Lambda::Function', 'AWS::S3::Bucket']) {
      for (const [, { Properties }] of resourcesOf(await template, type)) {
        expect(Properties.Tags).toEqual(expect.arrayContaining(tags));
      }
    }
    const [, key] = resource(await template, 'AWS::KMS::Key', 'DeclaredTenants');
    expect(key.Properties.Tags).toEqual(
      resource(plain, 'AWS::KMS::Key', 'DeclaredTenants')[1].Properties.Tags,
    );
  });

  test('the web ACL stands before the stage', async () => {
    const [stage] = resource(await template, 'AWS::ApiGateway::Stage');
    const [, { Properties }] = resource(await template, 'AWS::WAFv2::WebACLAssociation');
    expect(Properties.WebACLArn).toBe(settings.webAclArn);
    expect(JSON.stringify(Properties.ResourceArn)).toContain(`"/stages/",{"Ref":"${stage}"}`);
  });
});

describe('a domain', () => {
  const settings = everySetting['with a domain'];

  test('with client certificates: it alone leads to the API, by TLS 1.2', async () => {
    const template = await synthesizedTemplate({ ...settings, ...declared });
    const [name, { Properties }] = resource(template, 'AWS::ApiGateway::DomainName');
    expect(Properties).toMatchObject({
      DomainName: settings.domainName,
      RegionalCertificateArn: settings.certificateArn,
      SecurityPolicy: 'TLS_1_2',
      MutualTlsAuthentication: {
        TruststoreUri: settings.trustStore,
        TruststoreVersion: settings.trustStoreVersion,
      },
    });
    expect(Properties).not.toHaveProperty('EndpointAccessMode');
    expect(api(template)).toMatchObject({
      DisableExecuteApiEndpoint: true,
      SecurityPolicy: 'TLS_1_2',
    });
    expect(resource(template, 'AWS::Route53::RecordSet')[1].Properties).toMatchObject({
      HostedZoneId: settings.hostedZoneId,
      Name: settings.domainName,
      Type: 'A',
      AliasTarget: { DNSName: { 'Fn::GetAtt': [name, 'RegionalDomainName'] } },
    });
  });

  test('without them takes the TLS of the API, and with its own stage as the path', async () => {
    const { domainName, certificateArn } = settings;
    const template = await synthesizedTemplate({ domainName, certificateArn });
    const tls = {
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    };
    const [name, domain] = resource(template, 'AWS::ApiGateway::DomainName');
    expect(domain.Properties).toMatchObject(tls);
    expect(domain.Properties).not.toHaveProperty('MutualTlsAuthentication');
    expect(api(template)).toMatchObject({ ...tls, DisableExecuteApiEndpoint: true });
    const [stage] = resource(template, 'AWS::ApiGateway::Stage');
    expect(resource(template, 'AWS::ApiGateway::BasePathMapping')[1].Properties).toMatchObject({
      BasePath: { Ref: stage },
      Stage: { Ref: stage },
      DomainName: { Ref: name },
    });
    expect(resourcesOf(template, 'AWS::Route53::RecordSet')).toEqual([]);
    expect(template.Outputs).toMatchObject({
      ApiUrl: { Value: `https://${domainName}/v1` },
      ApiDomainTarget: { Value: { 'Fn::GetAtt': [name, 'RegionalDomainName'] } },
    });
  });
});

describe('private endpoints', () => {
  const { vpcEndpointIds } = everySetting['with private endpoints'];
  const template = synthesizedTemplate({ vpcEndpointIds });

  test('are the only way in, with the same TLS', async () => {
    expect(api(await template)).toMatchObject({
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: vpcEndpointIds },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    });
    expect(named(api(await template).Policy.Statement, 'ThroughTheseEndpointsOnly')).toEqual({
      Sid: 'ThroughTheseEndpointsOnly',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
      Condition: { StringNotEquals: { 'aws:SourceVpce': vpcEndpointIds } },
    });
  });

  // What the resource policy allows counts whatever the authorizer leaves out.
  test("no request to a tenant's or an administrator's path is allowed but by the authorizer", async () => {
    const statements: Statement[] = api(await template).Policy.Statement;
    const allowed = statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Resource }) => Resource as string[])
      .map(wildcard);
    const segment = fc.oneof(
      fc.stringMatching(/^[\w%.-]{1,12}$/),
      fc.constantFrom('HEAD', 'OPTIONS', 'GET', 'problems', 'openapi.json', 'v1'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...routes), segment, ({ method, path }, tenantId) => {
        const asked = `execute-api:/v1/${method}${path.replace('{tenantId}', tenantId)}`;
        expect(allowed.filter((one) => matches(one, asked))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(allowed.some((one) => matches(one, 'execute-api:/v1/OPTIONS/tenants/acme'))).toBe(true);
    expect(allowed.some((one) => matches(one, 'execute-api:/v1/GET/problems'))).toBe(true);
  });
});
