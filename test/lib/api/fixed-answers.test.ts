/** What API Gateway answers by the template alone, to anybody. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { problemStatuses } from '../../../contract/problem.ts';
import { problemBody } from '../../../contract/problem-body.ts';
import { documentRoute, problemsRoute, routes } from '../../../contract/routes.ts';
import { readApi } from '../../../local/api/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { resourcesOf, synthesizedTemplate } from '../../harness/synthesized.ts';

const template = await synthesizedTemplate();
const api = readApi(readTemplate({ ...template }, localAccount));

describe('methods without a function', () => {
  const declared = resourcesOf(template, 'AWS::ApiGateway::Method').filter(
    ([, { Properties }]) => Properties.Integration.Type === 'MOCK',
  );

  test('have nothing behind them', () => {
    for (const [, { Properties }] of declared) {
      expect(Properties.Integration).not.toHaveProperty('Uri');
      expect(Properties.Integration).not.toHaveProperty('Credentials');
      expect(JSON.stringify(Properties)).not.toMatch(/\$(?!context\.requestId\b)|"Ref":"(?!Api)/);
    }
  });

  test('are text, whichever form the client accepts', () => {
    const asText = { ContentHandling: 'CONVERT_TO_TEXT' };
    for (const [, { Properties }] of declared) {
      expect(Properties.Integration).toMatchObject({ ...asText, IntegrationResponses: [asText] });
    }
  });

  test('of each path, the other methods are a 405 that lists those that it has', () => {
    const others = api.fixedAnswers.filter(({ httpMethod }) => httpMethod === 'ANY');
    expect(others.map(({ resourcePath }) => resourcePath).sort()).toEqual(
      [...new Set(routes.map(({ path }) => path))].sort(),
    );
    for (const { resourcePath, status, headers, template: text } of others) {
      const own = routes.filter(({ path }) => path === resourcePath).map(({ method }) => method);
      expect({ status, allow: headers.Allow?.split(', ').sort() }).toEqual({
        status: 405,
        allow: own.sort(),
      });
      expect(headers['Content-Type']).toBe('application/problem+json');
      expect(problemBody.safeParse(JSON.parse(text)).success).toBe(true);
    }
  });

  test('of the problems, the page has each code as an anchor and what to do', () => {
    const named = api.fixedAnswers.filter(({ httpMethod }) => httpMethod !== 'ANY');
    expect(named.map(({ resourcePath }) => resourcePath).sort()).toEqual([
      documentRoute.path,
      problemsRoute.path,
    ]);
    const page = named.find(({ resourcePath }) => resourcePath === problemsRoute.path);
    expect(page).toMatchObject({ httpMethod: 'GET', status: 200 });
    const anchors = [...(page?.template ?? '').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(anchors).toEqual(Object.keys(problemStatuses));
    expect(page?.template.match(/What to do:/g)).toHaveLength(anchors.length);
  });
});

describe('the document', () => {
  const document = api.fixedAnswers.find(({ resourcePath }) => resourcePath === documentRoute.path);
  const text = document?.template ?? '';

  test('is docs/openapi.json, at GET /openapi.json alone', () => {
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
    expect(document).toMatchObject({
      httpMethod: 'GET',
      status: 200,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'public, max-age=300',
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });

  test('means nothing to the language of templates, and fits into one', () => {
    expect(text).not.toMatch(/[$#]/);
    expect(Buffer.byteLength(text)).toBeLessThan(300_000);
  });

  test('is throttled by itself, far below the stage', () => {
    expect(document?.throttling).toEqual({ rate: 10, burst: 20 });
  });

  test("is in no policy of the authorizer's, since no token is asked for it", () => {
    expect(routes.map(({ path }) => path as string)).not.toContain(documentRoute.path);
  });
});
