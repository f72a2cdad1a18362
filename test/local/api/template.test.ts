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

describe('an API is not read', () => {
  test.each([
    ['that takes TLS 1.0', { SecurityPolicy: 'TLS_1_0' }],
    ['with a policy that nobody has looked at', { SecurityPolicy: 'SecurityPolicy_X' }],
    ['that takes any Host', { EndpointAccessMode: 'BASIC' }],
  ])('%s', (_, properties) => {
    expect(() => readWith('AWS::ApiGateway::RestApi', properties)).toThrow('cannot read it');
  });
});
