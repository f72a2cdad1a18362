/** What the local stack cannot do it may leave out only where that weakens nothing that a template promises. */
import { describe, expect, test } from '@jest/globals';
import { readApi } from '../../../local/api/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { resource, synthesizedTemplate } from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();

/** @returns what the local stack reads, or throws, where the only resource of the type has these properties too */
function readWith(type: string, properties: Readonly<Record<string, unknown>>) {
  const [id, found] = resource(template, type);
  const changed = { ...found, Properties: { ...found.Properties, ...properties } };
  const document = { ...template, Resources: { ...template.Resources, [id]: changed } };
  return readApi(readTemplate(document, localAccount));
}

const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const shared = { Principal: '*', Action: 'execute-api:Invoke' };
const deny = (Condition: object) => ({ ...shared, Effect: 'Deny', Resource: '*', Condition });
const allow = (path: string) => ({
  ...shared,
  Effect: 'Allow',
  Resource: [`execute-api:/${path}`],
});

describe('an API is not read', () => {
  test.each([
    ['that takes TLS 1.0', { SecurityPolicy: 'TLS_1_0' }],
    ['with a policy that nobody has looked at', { SecurityPolicy: 'SecurityPolicy_X' }],
    ['that takes any Host', { EndpointAccessMode: 'BASIC' }],
    ['with a Deny that it does not know', { Policy: policy(deny({ IpAddress: {} })) }],
    ['with an Allow under a condition', { Policy: policy({ ...allow('x'), Condition: {} }) }],
    ['with an Allow of something else', { Policy: policy({ ...allow('x'), Action: '*' }) }],
  ])('%s', (_, properties) => {
    expect(() => readWith('AWS::ApiGateway::RestApi', properties)).toThrow('cannot read it');
  });

  test.each([
    '*',
    'v1/*',
    'v1/GET/*',
    'v1/*/encrypt',
    'v1/PUT/tenants/?',
    'v1/PUT/tenants/acme',
    'v1/PUT/tenants/a??e',
    'v1/POST/tenants/acme/encrypt',
    'v1/*/tenants/acme/encrypt',
  ])('whose policy allows %s, whatever the authorizer leaves out', (allowed) => {
    const Policy = policy(allow(allowed));
    expect(() => readWith('AWS::ApiGateway::RestApi', { Policy })).toThrow(
      /allows execute-api:.* goes past its authorizer's policy/,
    );
  });
});
