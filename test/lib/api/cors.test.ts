/** CORS as the template declares it: nothing without configured origins, and with them in every answer. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { routes } from '../../../contract/routes.ts';
import { readApi } from '../../../local/api/template.ts';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { resourcesOf, synthesizedTemplate, type Template } from '../../harness/synthesized.ts';

const app = 'https://app.example.com';
const other = 'https://other.example.com:8443';

const off = await synthesizedTemplate();
const one = await synthesizedTemplate({ corsOrigins: [app] });
const several = await synthesizedTemplate({ corsOrigins: JSON.stringify([app, other]) });

const apiOf = (template: Template) => readApi(readTemplate({ ...template }, localAccount));
const functionsOf = (template: Template) =>
  resourcesOf(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    const origins = Properties.Environment?.Variables.CORS_ORIGINS;
    return origins === undefined ? [] : [[id.replace(/Function[0-9A-F]{8}$/, ''), origins]];
  });

test('without origins nothing of it is in the template, and with them no resource more', () => {
  expect(JSON.stringify(off)).not.toMatch(/Access-Control|CORS_ORIGINS|"Vary"|header\.Vary/);
  const resources = (template: Template) =>
    Object.entries(template.Resources)
      .map(([id, { Type }]) => [id, Type])
      // Its name is a hash of what is deployed.
      .filter(([, type]) => type !== 'AWS::ApiGateway::Deployment');
  expect(resources(several)).toEqual(resources(off));
});

test('another list is another deployment of the API, or its stage would go on with the old one', () => {
  const deployments = [off, one, several].map((template) =>
    resourcesOf(template, 'AWS::ApiGateway::Deployment').map(([id]) => id),
  );
  expect(deployments.map((ids) => ids.length)).toEqual([1, 1, 1]);
  expect(new Set(deployments.flat()).size).toBe(3);
});

test('the functions that serve routes know the origins, and no others do', () => {
  const planes = ['Audit', 'Certificates', 'Crypto', 'Tenants'].map((name) => `Functions${name}`);
  expect(functionsOf(one).sort()).toEqual(planes.map((id) => [id, JSON.stringify([app])]));
  expect(functionsOf(off)).toEqual([]);
});

describe('every gateway response', () => {
  const originsOf = (template: Template) =>
    new Set(
      [...apiOf(template).gatewayResponses.values()].map(
        ({ headers }) => headers['gatewayresponse.header.Access-Control-Allow-Origin'],
      ),
    );

  test('names the one origin, in a literal', () => {
    expect([...originsOf(one)]).toEqual([`'${app}'`]);
  });

  test('of several names any, since it cannot choose, and never a value of the request', () => {
    expect([...originsOf(several)]).toEqual(["'*'"]);
  });

  test('varies by the origin and says what may be read', () => {
    for (const template of [one, several]) {
      for (const { headers } of apiOf(template).gatewayResponses.values()) {
        expect(headers).toMatchObject({
          'gatewayresponse.header.Vary': "'Origin'",
          'gatewayresponse.header.Access-Control-Expose-Headers':
            expect.stringContaining('WWW-Authenticate'),
        });
      }
    }
  });
});

describe('every fixed answer', () => {
  test.each([
    ['one', one, [app]],
    ['several', several, [app, other]],
  ])('names an origin of the list to itself: %s', (_, template, origins) => {
    const { fixedAnswers } = apiOf(template);
    expect(fixedAnswers.length).toBeGreaterThan(15);
    for (const answer of fixedAnswers) {
      expect(answer.origins).toEqual(origins);
      expect(answer.headers.Vary).toBe('Origin');
      expect(answer.headers).not.toHaveProperty('Access-Control-Allow-Origin');
    }
  });

  test('says of each path in a preflight which methods it has, and which headers it knows', () => {
    const preflights = apiOf(several).fixedAnswers.filter(({ preflight }) => preflight);
    expect(preflights.map(({ resourcePath }) => resourcePath).sort()).toEqual(
      [...new Set(routes.map(({ path }) => path))].sort(),
    );
    for (const { resourcePath, preflight } of preflights) {
      const methods = routes
        .filter(({ path }) => path === resourcePath)
        .map(({ method }) => method);
      expect(preflight).toMatchObject({ status: 204, template: '', origins: [app, other] });
      expect(preflight?.headers).toMatchObject({
        Vary: 'Origin',
        'Access-Control-Allow-Methods': methods.sort().join(', '),
        'Access-Control-Max-Age': '600',
        'Cache-Control': 'no-store',
      });
    }
  });
});

test('no answer anywhere allows the credentials of a browser', () => {
  for (const template of [one, several]) {
    expect(JSON.stringify(template)).not.toMatch(/Allow-Credentials/i);
  }
});

describe('by docs/openapi.json', () => {
  const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
  // biome-ignore lint/suspicious/noExplicitAny: the document as it is
  const operations: any[] = Object.values(document.paths).flatMap((path) =>
    Object.values(path as object),
  );
  const headerNames = (text = '') => text.split(', ').map((name) => name.toLowerCase());
  const [answer] = apiOf(one).fixedAnswers.filter(({ preflight }) => preflight);

  test('a page may send each header that an operation takes', () => {
    const allowed = headerNames(answer?.preflight?.headers['Access-Control-Allow-Headers']);
    const parameters = operations
      .flatMap(({ parameters = [] }) => parameters)
      // A parameter is there itself, or by reference.
      .map((one) => (one.$ref === undefined ? one : at(document, one.$ref)))
      .filter((one) => one.in === 'header');
    expect(parameters.length).toBeGreaterThan(0);
    for (const { name } of parameters) expect(allowed).toContain(name.toLowerCase());
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', 'accept']));
  });

  test('it may read each header that an answer has', () => {
    const exposed = headerNames(answer?.headers['Access-Control-Expose-Headers']);
    // Fetch standard, "CORS-safelisted response-header name".
    const anyway = ['cache-control', 'content-type', 'content-length'];
    const names = operations
      .flatMap(({ responses }) => Object.values(responses))
      .map((one) => at(document, (one as { $ref?: string }).$ref) ?? one)
      .flatMap((one) => Object.keys(Object(one).headers ?? {}));
    expect(new Set(names).size).toBeGreaterThan(5);
    for (const name of new Set(names.map((one) => one.toLowerCase())))
      expect([...exposed, ...anyway]).toContain(name);
  });

  // biome-ignore lint/suspicious/noExplicitAny: the document as it is
  const at = (whole: any, ref = '#') =>
    ref === '#'
      ? undefined
      : ref
          .slice(2)
          .split('/')
          .reduce((inside, step) => inside[step], whole);
});
