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

  test('with KMS of other accounts are the same: CloudTrail records its calls', () => {
    expect(patternsOf(withExternal)).toEqual(patternsOf(plain));
  });

  test('with Vault have its calls too, of each function that may make one and of no other', () => {
    const patterns = patternsOf(withVault);
    const groups = (pattern: string) =>
      Object.keys(patterns).filter((group) => patterns[group] === pattern);
    expect(groups(both).map(nameOf).sort()).toEqual(['Certificates', 'Crypto', 'Tenants']);
    expect(groups(requests).map(nameOf)).toEqual(['Audit']);
    expect(groups(storeCalls).map(nameOf)).toEqual(['Reconciler']);
  });

  test('let CloudWatch Logs invoke it for the reconciler’s log group, which it is told by name', () => {
    const group = indexerVariables(withVault).RECONCILER_LOG_GROUP;
    const permissions = resourcesOf(withVault, 'AWS::Lambda::Permission');
    expect(permissions.map(([, { Properties }]) => Properties.SourceArn)).toContainEqual({
      'Fn::GetAtt': [group.Ref, 'Arn'],
    });
  });
});

const nameOf = (group: string): string | undefined =>
  group.match(/(\w+?)Logs?$/)?.[1]?.replace('Functions', '');
