/** Which log groups the indexer is subscribed to: more with key stores whose calls CloudTrail does not record. */
import { describe, expect, test } from '@jest/globals';
import {
  resource,
  resourcesOf,
  synthesizedTemplate,
  type Template,
} from '../../harness/synthesized.ts';

const plain = await synthesizedTemplate();
const withVault = await synthesizedTemplate({
  keyStores: { vault: { address: 'https://vault.example.com' } },
});
const withExternal = await synthesizedTemplate({
  keyStores: { awsKmsExternal: { accounts: ['222222222222'] } },
});

/** The pattern of each subscription, by the log group's logical id without its hash. */
const patternsOf = (template: Template): Record<string, string> =>
  Object.fromEntries(
    resourcesOf(template, 'AWS::Logs::SubscriptionFilter').map(([, { Properties }]) => [
      String(Properties.LogGroupName.Ref).replace(/[0-9A-F]{8}$/, ''),
      Properties.FilterPattern,
    ]),
  );

const indexerVariables = (template: Template) =>
  resource(template, 'AWS::Lambda::Function', 'AuditIndexer')[1].Properties.Environment.Variables;

const requests = '{ $.message = "request" }';
const storeCalls = '{ $.message = "key store call" }';
const both = '{ $.message = "request" || $.message = "key store call" }';

describe('the subscriptions', () => {
  test('with KMS alone are to requests, and the reconciler’s log has none', () => {
    const patterns = Object.values(patternsOf(plain));
    expect(patterns.filter((pattern) => pattern === requests)).toHaveLength(4);
    expect(patterns.join(' ')).not.toContain('key store call');
    expect(indexerVariables(plain)).not.toHaveProperty('RECONCILER_LOG_GROUP');
  });

  test('with KMS of other accounts have its calls too, of the data plane and the session broker alone', () => {
    const groups = groupsOf(withExternal);
    expect(groups(both)).toEqual(['Crypto']);
    expect(groups(requests)).toEqual(['Audit', 'Certificates', 'Tenants']);
    expect(groups(storeCalls)).toEqual(['SessionBroker']);
    expect(indexerVariables(withExternal)).not.toHaveProperty('RECONCILER_LOG_GROUP');
  });

  test('with Vault have its calls too, of each function that may make one and of no other', () => {
    const groups = groupsOf(withVault);
    expect(groups(both)).toEqual(['Certificates', 'Crypto', 'Tenants']);
    expect(groups(requests)).toEqual(['Audit']);
    expect(groups(storeCalls)).toEqual(['Reconciler']);
    expect(indexerVariables(withVault)).not.toHaveProperty('SESSION_BROKER_LOG_GROUP');
  });

  test.each([
    ['the reconciler', withVault, 'RECONCILER_LOG_GROUP'],
    ['the session broker', withExternal, 'SESSION_BROKER_LOG_GROUP'],
  ])(
    'let CloudWatch Logs invoke it for the log group of %s, which it is told by name',
    (_, template, variable) => {
      const group = indexerVariables(template)[variable];
      const permissions = resourcesOf(template, 'AWS::Lambda::Permission');
      expect(permissions.map(([, { Properties }]) => Properties.SourceArn)).toContainEqual({
        'Fn::GetAtt': [group.Ref, 'Arn'],
      });
    },
  );
});

/** @returns by a pattern, the functions whose logs are subscribed to by it */
const groupsOf = (template: Template) => (pattern: string) => {
  const patterns = patternsOf(template);
  const groups = Object.keys(patterns).filter((group) => patterns[group] === pattern);
  return groups.map(nameOf).sort();
};

const nameOf = (group: string): string | undefined =>
  group.match(/(\w+?)Logs?$/)?.[1]?.replace('Functions', '');
