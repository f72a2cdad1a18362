/** How the local gateway throttles what API Gateway answers by itself, and which templates it refuses. */
import { describe, expect, test } from '@jest/globals';
import { readApi } from '../../../local/api/template.ts';
import { openThrottles } from '../../../local/api/throttle.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { type Resource, resourcesOf, synthesizedTemplate } from '../../harness/synthesized.ts';

const document = {
  httpMethod: 'GET',
  resourcePath: '/openapi.json',
  status: 200,
  headers: {},
  template: '{}',
};
const method = {
  httpMethod: 'GET',
  resourcePath: '/issuer/.well-known/jwks.json',
  resourceId: 'r',
  functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:f',
  requestParameters: {},
  timeoutMs: 1000,
};
const limits = (burst: number) => ({ rate: 0.001, burst });

describe.each([
  ['a fixed answer', document],
  ['a method', method],
])('%s', (_, one) => {
  const of = (throttled: typeof one) =>
    'template' in throttled
      ? { fixedAnswers: [throttled], methods: [method] }
      : { fixedAnswers: [], methods: [throttled, method] };

  test('with limits of its own takes nothing of the stage, nor the stage of it', () => {
    const own = { ...one, throttling: limits(2) };
    const admit = openThrottles({ throttling: limits(1), ...of(own) });
    expect([admit(own), admit(own), admit(own)]).toEqual([true, true, false]);
    expect([admit(method), admit(method)]).toEqual([true, false]);
  });

  test('without takes of the stage', () => {
    const admit = openThrottles({ throttling: limits(1), ...of(one) });
    expect([admit(one), admit(one), admit(method)]).toEqual([true, false, false]);
  });
});

describe('the start is refused', () => {
  const changed = async (type: string, change: (properties: Resource['Properties']) => void) => {
    const template = structuredClone(await synthesizedTemplate());
    for (const [, { Properties }] of resourcesOf(template, type)) change(Properties);
    return () => readApi(readTemplate({ ...template }, localAccount));
  };
  const stage = 'AWS::ApiGateway::Stage';

  test('not as the template is', async () => {
    const { throttling, fixedAnswers } = (await changed(stage, () => {}))();
    expect(throttling).toEqual({ rate: 2000, burst: 1000 });
    const own = fixedAnswers.filter((one) => one.throttling !== undefined);
    expect(own.map(({ resourcePath, throttling }) => [resourcePath, throttling])).toEqual([
      ['/openapi.json', { rate: 10, burst: 20 }],
    ]);
  });

  test('where a function is behind no authorizer', async () => {
    const read = await changed('AWS::ApiGateway::Method', (properties) => {
      if (properties.Integration.Type === 'MOCK') return;
      properties.AuthorizationType = 'NONE';
      delete properties.AuthorizerId;
    });
    expect(read).toThrow('reaches a function without an authorizer');
  });

  test('where a route is throttled by itself', async () => {
    const read = await changed(stage, ({ MethodSettings: settings }) => {
      settings[1].ResourcePath = '/~1tenants';
    });
    expect(read).toThrow('does not throttle GET /tenants');
  });
});
