/** A Vault that takes tokens of the product's own issuer, in the template: nobody asks AWS for one, and three functions ask the broker. */
import { describe, expect, test } from '@jest/globals';
import { keyStoresSettings } from '../../../contract/key-stores.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { azureKeyVault } from '../../harness/azure-settings.ts';
import {
  documentsOf,
  named,
  permissionsOf,
  resource,
  synthesizedTemplate,
  type Template,
  textOf,
} from '../../harness/synthesized.ts';

const vault = { address: 'https://vault.example.com', tokenIssuer: 'own' };
const template = await synthesizedTemplate({ keyStores: { vault } });
const both = await synthesizedTemplate({ keyStores: { vault, azureKeyVault } });
const bySts = await synthesizedTemplate({ keyStores: { vault: { address: vault.address } } });

const holders = (of: Template, sid: string) =>
  documentsOf(of)
    .filter(([, statements]) => statements.some((one) => one.Sid === sid))
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))
    .sort();
const environments = (of: Template): Record<string, Record<string, string>> =>
  Object.fromEntries(
    readTemplate({ ...of }, localAccount)
      .ofType('AWS::Lambda::Function')
      .map(({ logicalId, properties }) => [
        logicalId.replace(/Function[0-9A-F]{8}$/, ''),
        (properties.Environment as { Variables: Record<string, string> }).Variables,
      ]),
  );
const signIns = ['CertificatesSignInPolicy', 'ControlPlaneSignInPolicy', 'ReconcilerSignInPolicy'];

test('nobody gets a token of AWS, and beside Azure three functions get one for Azure alone', () => {
  expect(textOf(template)).not.toContain('WebIdentityToken');
  expect(holders(both, 'SignInToVault')).toEqual([]);
  expect(holders(both, 'SignInToAzure')).toEqual(signIns);
});

describe('three functions ask the session broker', () => {
  test('and nobody else may, whom they did not ask before', () => {
    for (const one of [template, both]) expect(holders(one, 'AskForTokens')).toEqual(signIns);
    expect(holders(bySts, 'AskForTokens')).toEqual([]);
  });

  test.each([
    ['ControlPlaneRole', 'FunctionsTenants'],
    ['ReconcilerRole', 'FunctionsReconciler'],
    ['CertificatesRole', 'FunctionsCertificates'],
  ])('%s in %s only', (role, prefix) => {
    const [id] = resource(template, 'AWS::Lambda::Function', prefix);
    const [broker] = resource(template, 'AWS::Lambda::Function', 'FunctionsSessionBroker');
    expect(named(permissionsOf(template, role), 'AskForTokens')).toEqual({
      Sid: 'AskForTokens',
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::GetAtt': [broker, 'Arn'] },
    });
    expect(named(permissionsOf(template, role), 'OnlyInItsFunction')).toEqual({
      Sid: 'OnlyInItsFunction',
      Effect: 'Deny',
      Action: ['lambda:InvokeFunction', 'sts:*'],
      Resource: '*',
      Condition: {
        ArnNotEquals: { 'lambda:SourceFunctionArn': { 'Fn::GetAtt': [id, 'Arn'] } },
      },
    });
  });

  test('whose name they are told, and nobody is where AWS signs', () => {
    const { FunctionsTenants, FunctionsReconciler, FunctionsCertificates, FunctionsCrypto } =
      environments(template);
    const name = FunctionsCrypto?.SESSION_BROKER_NAME;
    expect(name).toEqual(expect.any(String));
    for (const one of [FunctionsTenants, FunctionsReconciler, FunctionsCertificates]) {
      expect(one?.SESSION_BROKER_NAME).toBe(name);
      const { vault: told } = keyStoresSettings.parse(JSON.parse(one?.KEY_STORES ?? ''));
      expect(told?.tokenIssuer).toBe('own');
    }
    const { FunctionsReconciler: signedForByAws } = environments(bySts);
    expect(signedForByAws).not.toHaveProperty('SESSION_BROKER_NAME');
  });
});

describe('the session broker', () => {
  const told = (of: Template) => environments(of).FunctionsSessionBroker ?? {};

  test('knows three roles, as STS names their sessions', () => {
    const functions = JSON.parse(told(template).OWN_ISSUER_FUNCTIONS ?? '{}');
    const arn = (role: string) =>
      expect.stringMatching(
        new RegExp(`^arn:aws:sts::\\d{12}:assumed-role/[\\w-]*${role}[\\w-]*$`),
      );
    expect(functions).toEqual({
      'control-plane': arn('ControlPlaneRole'),
      reconciler: arn('ReconcilerRole'),
      certificates: arn('CertificatesRole'),
    });
  });

  test('signs for each store by itself, and for no function where Vault takes none of its tokens', async () => {
    expect(JSON.parse(told(template).OWN_ISSUER_AUDIENCES ?? '')).toEqual({ vault: vault.address });
    expect(JSON.parse(told(both).OWN_ISSUER_AUDIENCES ?? '')).toEqual({
      vault: vault.address,
      'azure-key-vault': 'api://AzureADTokenExchange',
    });
    const azureAlone = told(await synthesizedTemplate({ keyStores: { azureKeyVault } }));
    expect(azureAlone).toHaveProperty('OWN_ISSUER_KEY_ARN');
    expect(azureAlone).not.toHaveProperty('OWN_ISSUER_FUNCTIONS');
    expect(textOf(bySts)).not.toMatch(/OwnIssuer|OWN_ISSUER/);
  });
});

test('its keys and its function are there once, for whatever stores', () => {
  for (const one of [template, both]) {
    const ids = documentsOf(one).map(([id]) => id);
    expect(ids.filter((id) => /^OwnIssuerKey\dKey/.test(id)).length).toBe(2);
  }
});
