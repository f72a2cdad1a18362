/** The product's own issuer in the template: there only for a store that needs it, and open in two paths alone. */
import { describe, expect, test } from '@jest/globals';
import { keyStoresSettings } from '../../../contract/key-stores.ts';
import { issuerRoutes } from '../../../contract/routes.ts';
import { resourcePaths } from '../../../local/api/resource-paths.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { azureKeyVault } from '../../harness/azure-settings.ts';
import {
  documentsOf,
  named,
  permissionsOf,
  resource,
  resourcesOf,
  synthesizedTemplate,
  type Template,
  textOf,
} from '../../harness/synthesized.ts';

const withIssuer = (ownIssuer: object = {}, more: object = {}) =>
  synthesizedTemplate({ keyStores: { azureKeyVault, ownIssuer }, ...more });
const template = await withIssuer();

/** As CloudFormation resolves it. */
const environmentOf = (of: Template, prefix: string): Record<string, string> => {
  const resolved = readTemplate({ ...of }, localAccount);
  const found = resolved
    .ofType('AWS::Lambda::Function')
    .find(({ logicalId }) => logicalId.startsWith(prefix));
  const environment = found?.properties.Environment as { Variables: Record<string, string> };
  return environment.Variables;
};
const issuerOf = (of: Template) => environmentOf(of, 'FunctionsSessionBroker').OWN_ISSUER;
const keyIdsOf = (of: Template) =>
  resourcesOf(of, 'AWS::KMS::Key')
    .map(([id]) => id)
    .filter((id) => id.startsWith('OwnIssuer'));

test('without such a store there is none', async () => {
  for (const keyStores of [undefined, { vault: { address: 'https://vault.example.com' } }]) {
    expect(textOf(await synthesizedTemplate({ keyStores }))).not.toMatch(/OwnIssuer|OWN_ISSUER/);
  }
});

describe('the functions', () => {
  test('are told of one issuer: who signs, who publishes, and who makes federated credentials', () => {
    const issuer = issuerOf(template);
    expect(issuer).toMatch(/^https:\/\/\w+\.execute-api\.us-east-1\.amazonaws\.com\/v1\/issuer$/);
    expect(environmentOf(template, 'OwnIssuerPublisher').OWN_ISSUER).toBe(issuer);
    for (const prefix of ['FunctionsTenants', 'FunctionsReconciler', 'FunctionsCrypto']) {
      const { KEY_STORES = '' } = environmentOf(template, prefix);
      expect(keyStoresSettings.parse(JSON.parse(KEY_STORES)).azureKeyVault?.issuer).toBe(issuer);
    }
  });

  test("by the API's own domain, and by the URL of a copy where that is given", async () => {
    const domain = {
      domainName: 'keys.example.com',
      certificateArn:
        'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
    };
    expect(issuerOf(await withIssuer({}, domain))).toBe('https://keys.example.com/v1/issuer');
    const issuer = 'https://issuer.example.com/keys';
    const copied = await withIssuer({ url: issuer }, domain);
    expect(issuerOf(copied)).toBe(issuer);
    expect(environmentOf(copied, 'OwnIssuerPublisher').OWN_ISSUER).toBe(issuer);
  });

  test('that publishes may write its own log, and nothing else', () => {
    const sids = permissionsOf(template, 'OwnIssuerRole').map(({ Sid }) => Sid);
    expect(sids).toEqual(['WriteOwnLogs']);
  });
});

describe('the keys', () => {
  test('one signs, and the next one is published with it', async () => {
    const { OWN_ISSUER_KEY_ARN: signs } = environmentOf(template, 'FunctionsSessionBroker');
    const { OWN_ISSUER_KEY_ARNS = '' } = environmentOf(template, 'OwnIssuerPublisher');
    expect(JSON.parse(OWN_ISSUER_KEY_ARNS)).toEqual([signs, expect.any(String)]);
    expect(new Set(JSON.parse(OWN_ISSUER_KEY_ARNS)).size).toBe(2);

    const taken = await withIssuer({ key: 2 });
    const ids = keyIdsOf(template);
    expect(keyIdsOf(taken)).toEqual([ids[1], expect.stringMatching(/^OwnIssuerKey3/)]);
    const { OWN_ISSUER_KEY_ARN: next } = environmentOf(taken, 'FunctionsSessionBroker');
    expect(next).toBe(JSON.parse(OWN_ISSUER_KEY_ARNS)[1]);
  });

  test.each(keyIdsOf(template))(
    '%s: the session broker alone signs, and only as RS256 does',
    (id) => {
      const [, properties] = resource(template, 'AWS::KMS::Key', id);
      expect(properties).toMatchObject({
        DeletionPolicy: 'Delete',
        Properties: { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', PendingWindowInDays: 7 },
      });
      const [brokerId] = resource(template, 'AWS::IAM::Role', 'SessionBrokerRole');
      const arn = { 'Fn::GetAtt': [brokerId, 'Arn'] };
      const statements = properties.Properties.KeyPolicy.Statement;
      expect(named(statements, 'BrokerSigns')).toEqual({
        Sid: 'BrokerSigns',
        Effect: 'Allow',
        Principal: { AWS: arn },
        Action: 'kms:Sign',
        Resource: '*',
        Condition: { StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' } },
      });
      expect(named(statements, 'NobodyElseSigns')).toEqual({
        Sid: 'NobodyElseSigns',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'kms:Sign',
        Resource: '*',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': arn } },
      });
    },
  );

  test('the broker signs in its function only, and no identity policy lets anybody sign', () => {
    const [id] = resource(template, 'AWS::Lambda::Function', 'FunctionsSessionBroker');
    expect(named(permissionsOf(template, 'SessionBrokerRole'), 'OnlyInItsFunction')).toEqual({
      Sid: 'OnlyInItsFunction',
      Effect: 'Deny',
      Action: ['kms:Sign', 'sts:*'],
      Resource: '*',
      Condition: {
        ArnNotEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [id, 'Arn'] } },
      },
    });
    const keys = new Set(resourcesOf(template, 'AWS::KMS::Key').map(([key]) => key));
    const signing = documentsOf(template)
      .filter(([of]) => !keys.has(of))
      .flatMap(([, statements]) => statements)
      .filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('kms:Sign'));
    expect(signing).toEqual([]);
  });

  test("a change of one raises the alarm of the product's keys", () => {
    const filters = JSON.stringify(resourcesOf(template, 'AWS::Logs::MetricFilter'));
    for (const id of keyIdsOf(template)) expect(filters).toContain(id);
  });
});

describe('the API', () => {
  const resolved = readTemplate({ ...template }, localAccount);
  const paths = resourcePaths(resolved);
  const open = resolved
    .ofType('AWS::ApiGateway::Method')
    .map(({ properties }) => properties as Record<string, { Type?: string }>)
    .filter(({ AuthorizationType, Integration }) => {
      return String(AuthorizationType) === 'NONE' && Integration?.Type !== 'MOCK';
    });

  test('reaches a function without a token in two paths alone, which publish', () => {
    const documents = Object.values(issuerRoutes).map(({ path }) => path);
    expect(open.map(({ ResourceId }) => paths.get(String(ResourceId))).sort()).toEqual(
      documents.sort(),
    );
    const [publisher] = resource(template, 'AWS::Lambda::Function', 'OwnIssuerPublisher');
    const arn = resolved.identity(publisher).attributes.Arn;
    for (const { Integration } of open) expect(JSON.stringify(Integration)).toContain(arn);
  });

  test('throttles each of them by itself', () => {
    const [, { Properties: stage }] = resource(template, 'AWS::ApiGateway::Stage');
    for (const { path } of Object.values(issuerRoutes)) {
      expect(stage.MethodSettings).toContainEqual(
        expect.objectContaining({
          HttpMethod: 'GET',
          ResourcePath: `/${path.replaceAll('/', '~1')}`,
          ThrottlingRateLimit: 10,
          ThrottlingBurstLimit: 20,
        }),
      );
    }
  });
});
