/** What roles may do to reach other key stores: nothing where none is configured, and then no more than is written here. */
import { describe, expect, test } from '@jest/globals';
import { matches, wildcard } from '../../../local/iam/wildcard.ts';
import { azureKeyVault } from '../../harness/azure-settings.ts';
import { everySetting } from '../../harness/operators-settings.ts';
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

const address = 'https://vault.example.com:8200';
const vault = { vault: { address } };
const external = { awsKmsExternal: { accounts: ['222222222222', '333333333333'] } };
const plain = await synthesizedTemplate();
const withStores = await synthesizedTemplate({ keyStores: { ...vault, ...external } });

const newSids = ['SignInToVault', 'AssumeOwnExternalRole', 'TryExternalRoles', 'AskForChallenges'];
const holders = (template: Template, sid: string) =>
  documentsOf(template)
    .filter(([, statements]) => statements.some((one) => one.Sid === sid))
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))
    .sort();

const signIn = {
  Sid: 'SignInToVault',
  Effect: 'Allow',
  Action: 'sts:GetWebIdentityToken',
  Resource: '*',
  Condition: {
    'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [address] },
    Null: { 'sts:IdentityTokenAudience': 'false' },
    StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
    NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
  },
};

describe('without key stores', () => {
  test('nobody gets a token, and nobody assumes a role of another account', () => {
    expect(textOf(plain)).not.toMatch(/WebIdentityToken|ExternalRole|KEY_STORES/);
  });

  test('the session broker alone is held to its function', () => {
    expect(holders(plain, 'OnlyInItsFunction')).toEqual(['SessionBrokerRoleOpenSessions']);
  });
});

describe('with Vault', () => {
  test('a session of a tenant and three functions sign in, each for five minutes to Vault alone', () => {
    expect(holders(withStores, 'SignInToVault')).toEqual([
      'CertificatesSignInPolicy',
      'ControlPlaneSignInPolicy',
      'ReconcilerSignInPolicy',
      'TenantRole',
    ]);
    for (const role of ['TenantRole', 'ControlPlaneRole', 'ReconcilerRole', 'CertificatesRole']) {
      expect(named(permissionsOf(withStores, role), 'SignInToVault')).toEqual(signIn);
    }
  });

  test.each([
    ['ControlPlaneRole', 'FunctionsTenants'],
    ['ReconcilerRole', 'FunctionsReconciler'],
    ['CertificatesRole', 'FunctionsCertificates'],
  ])('%s asks STS in %s only', (role, prefix) => {
    const [id] = resource(withStores, 'AWS::Lambda::Function', prefix);
    expect(named(permissionsOf(withStores, role), 'OnlyInItsFunction')).toEqual({
      Sid: 'OnlyInItsFunction',
      Effect: 'Deny',
      Action: 'sts:*',
      Resource: '*',
      Condition: {
        ArnNotEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [id, 'Arn'] } },
      },
    });
  });

  test('a session without a tenant may do nothing, as before', () => {
    const last = permissionsOf(withStores, 'TenantRole').at(-1);
    expect(last).toEqual(named(permissionsOf(plain, 'TenantRole'), 'NothingWithoutTenant'));
  });

  test('nobody may tag a token', () => {
    const actions = documentsOf(withStores)
      .flatMap(([, statements]) => statements)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => [Action].flat());
    expect(actions.some((action) => matches(wildcard(action), 'sts:TagGetWebIdentityToken'))).toBe(
      false,
    );
  });

  test('an audience of its own counts, and a dollar sign in it begins no variable', async () => {
    const audience = '${aws:userid}';
    const template = await synthesizedTemplate({ keyStores: { vault: { address, audience } } });
    const { Condition } = named(permissionsOf(template, 'TenantRole'), 'SignInToVault');
    expect(Condition?.['ForAllValues:StringEquals']).toEqual({
      'sts:IdentityTokenAudience': ['${$}{aws:userid}'],
    });
  });
});

describe('with Azure Key Vault', () => {
  test('three functions sign in, each for five minutes to Azure alone; a session of a tenant does not', async () => {
    const template = await synthesizedTemplate({ keyStores: { ...vault, azureKeyVault } });
    expect(holders(template, 'SignInToAzure')).toEqual([
      'CertificatesSignInPolicy',
      'ControlPlaneSignInPolicy',
      'ReconcilerSignInPolicy',
    ]);
    for (const role of ['ControlPlaneRole', 'ReconcilerRole', 'CertificatesRole']) {
      expect(named(permissionsOf(template, role), 'SignInToVault')).toEqual(signIn);
      expect(named(permissionsOf(template, role), 'SignInToAzure')).toEqual({
        ...signIn,
        Sid: 'SignInToAzure',
        Condition: {
          ...signIn.Condition,
          'ForAllValues:StringEquals': {
            'sts:IdentityTokenAudience': ['api://AzureADTokenExchange'],
          },
        },
      });
    }
  });
});

describe('with accounts of tenants', () => {
  test('a session of a tenant assumes the role of that tenant in these accounts, and passes its own tag', () => {
    const role = (account: string) => ({
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          `:iam::${account}:role/TenantKeys/\${aws:PrincipalTag/TenantId}`,
        ],
      ],
    });
    expect(named(permissionsOf(withStores, 'TenantRole'), 'AssumeOwnExternalRole')).toEqual({
      Sid: 'AssumeOwnExternalRole',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: [role('222222222222'), role('333333333333')],
      Condition: { StringEquals: { 'aws:RequestTag/TenantId': '${aws:PrincipalTag/TenantId}' } },
    });
    expect(holders(withStores, 'AssumeOwnExternalRole')).toEqual(['TenantRole']);
  });

  test("the control plane asks the session broker, whose role tries the tenants' roles, and nobody else does", () => {
    const ask = named(permissionsOf(withStores, 'ControlPlaneRole'), 'AskForChallenges');
    const [broker] = resource(withStores, 'AWS::Lambda::Function', 'FunctionsSessionBroker');
    expect(ask).toEqual({
      Sid: 'AskForChallenges',
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::GetAtt': [broker, 'Arn'] },
    });
    const tries = named(permissionsOf(withStores, 'SessionBrokerRole'), 'TryExternalRoles');
    expect(tries.Action).toEqual(['sts:AssumeRole', 'sts:TagSession']);
    expect(JSON.stringify(tries.Resource)).toContain(':iam::222222222222:role/TenantKeys/*');
    expect([tries.Resource].flat().length).toBe(2);
    expect(holders(withStores, 'AskForChallenges')).toEqual(['ControlPlaneRoleDefaultPolicy']);
    expect(holders(withStores, 'TryExternalRoles')).toEqual(['SessionBrokerRoleOpenSessions']);
  });

  test('without Vault nobody signs in anywhere', async () => {
    const template = await synthesizedTemplate({ keyStores: external });
    expect(holders(template, 'SignInToVault')).toEqual([]);
    expect(holders(template, 'AssumeOwnExternalRole')).toEqual(['TenantRole']);
  });

  test('the role has the name of the stack as its path', async () => {
    const template = await synthesizedTemplate({ keyStores: external, name: 'Other' });
    const { Resource } = named(permissionsOf(template, 'TenantRole'), 'AssumeOwnExternalRole');
    expect(JSON.stringify(Resource)).toContain(':role/Other/${aws:PrincipalTag/TenantId}');
  });
});

test('beside these statements and the settings, no policy is another', () => {
  const others = (template: Template) =>
    documentsOf(template)
      .filter(([id]) => !/SignInPolicy/.test(id))
      .map(([id, statements]) => [id, statements.filter(({ Sid = '' }) => !newSids.includes(Sid))]);
  expect(others(withStores)).toEqual(others(plain));
});

describe('a network of the operator`s', () => {
  const { subnetIds, securityGroupIds } = everySetting['with a domain'];
  const inNetwork = async (keyStores: object) => {
    const template = await synthesizedTemplate({ keyStores, subnetIds, securityGroupIds });
    return resourcesOf(template, 'AWS::Lambda::Function')
      .filter(([, { Properties }]) => Properties.VpcConfig !== undefined)
      .map(([id]) => id.replace(/Function[0-9A-F]{8}$/, ''))
      .sort();
  };

  test('has the functions that call Vault as well', async () => {
    expect(await inNetwork(vault)).toEqual([
      'FunctionsAuthorizer',
      'FunctionsCertificates',
      'FunctionsCrypto',
      'FunctionsReconciler',
      'FunctionsSessionBroker',
      'FunctionsTenants',
    ]);
  });

  test('has no more than before where the only other store is KMS', async () => {
    expect(await inNetwork(external)).toEqual(['FunctionsAuthorizer', 'FunctionsSessionBroker']);
  });
});
