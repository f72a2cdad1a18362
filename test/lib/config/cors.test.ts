/** Only what a browser sends as an Origin is taken for one, since it is compared to the letter. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readConfig } from '../../../lib/config/config.ts';
import { problemsOf } from './problems.ts';

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };
const app = 'https://app.example.com';

describe('taken', () => {
  test.each([
    app,
    'https://app.example.com:8443',
    'https://example',
    'https://xn--mnchen-3ya.example',
    'https://192.0.2.1',
    'http://localhost:5173',
    'http://localhost',
  ])('%s, in a list and in JSON text of one', (origin) => {
    for (const corsOrigins of [[origin], JSON.stringify([origin])]) {
      expect(readConfig({ ...needed, corsOrigins }).corsOrigins).toEqual([origin]);
    }
  });

  test('several, in their order', () => {
    const corsOrigins = [app, 'http://localhost:5173'];
    expect(readConfig({ ...needed, corsOrigins }).corsOrigins).toEqual(corsOrigins);
  });

  test('none, which is the default', () => {
    expect(readConfig({ ...needed, corsOrigins: '[]' }).corsOrigins).toEqual([]);
    expect(readConfig(needed).corsOrigins).toEqual([]);
  });
});

describe('refused', () => {
  test.each([
    ['any origin', '*'],
    ['none that has a name', 'null'],
    ['an empty text', ''],
    ['a pattern', 'https://*.example.com'],
    ['a path', `${app}/`],
    ['a longer path', `${app}/app`],
    ['a query', `${app}?x`],
    ['a user', 'https://user@app.example.com'],
    ['upper case', 'https://App.example.com'],
    ['upper case in the scheme', 'HTTPS://app.example.com'],
    ['the port that goes without saying', `${app}:443`],
    ['the port of http', 'http://localhost:80'],
    ['a port that is none', `${app}:65536`],
    ['a port with a nought before', `${app}:08443`],
    ['no port after the colon', `${app}:`],
    ['no scheme', 'app.example.com'],
    ['http', 'http://app.example.com'],
    ['http to another name of this machine', 'http://127.0.0.1:5173'],
    ['a name that only begins so', 'http://localhost.example.com'],
    ['another scheme', 'chrome-extension://abcdefgh'],
    ['a space', ` ${app}`],
    ['a line end', `${app}\n`],
    ['two in one', `${app}, https://other.example.com`],
    ['what is no ASCII', 'https://münchen.example'],
    ['an address in another form', 'https://192.0.2'],
    ['an empty label', 'https://app..example.com'],
    ['a dot at the end', 'https://app.example.com.'],
    ['a quote', "https://app.example.com'"],
    ['a reference of a template', 'https://$context.identity.sourceIp'],
    ['more than a name may have', `https://${'a'.repeat(300)}.example.com`],
  ])('%s: %j', (_, origin) => {
    const problems = problemsOf({ ...needed, corsOrigins: [app, origin] });
    expect(problems).toEqual([
      expect.stringMatching(/^corsOrigins\[1\]: must be one origin as a browser sends it/),
    ]);
  });

  test.each([
    ['one that is in no list', app],
    ['no JSON', '["https://app.example.com"'],
    ['an object', { origin: app }],
    ['true', true],
    ['null', null],
    ['more than twenty', Array.from({ length: 21 }, (_, at) => `https://app-${at}.example.com`)],
  ])('%s', (_, corsOrigins) => {
    expect(problemsOf({ ...needed, corsOrigins })).toEqual([
      expect.stringMatching(/^corsOrigins must be a list of at most 20 origins/),
    ]);
  });

  test('more than fits beside the issuers into the environment of a function', () => {
    const name = 'a'.repeat(60);
    const long = (count: number) =>
      Array.from({ length: count }, (_, at) => `https://a${at}.${name}.${name}.${name}.example`);
    expect(problemsOf({ ...needed, corsOrigins: long(14) })).toEqual([]);
    const problem = expect.stringMatching(/^corsOrigins must not be more than 3072 bytes of JSON/);
    expect(problemsOf({ ...needed, corsOrigins: long(15) })).toEqual([problem]);
    const issuers = [{ issuer: needed.issuer, audiences: ['a'.repeat(200), 'b'.repeat(200)] }];
    expect(problemsOf({ issuers, corsOrigins: long(14) })).toEqual([problem]);
  });

  test('one that is there twice', () => {
    expect(problemsOf({ ...needed, corsOrigins: [app, app] })).toEqual([
      expect.stringMatching(/^corsOrigins must have no origin twice/),
    ]);
  });
});

test('whatever is taken is its own origin, and nothing that a template or a literal would read', () => {
  const text = fc.oneof(
    fc.webUrl({ withQueryParameters: true }),
    fc.domain().map((name) => `https://${name}`),
    fc.tuple(fc.domain(), fc.nat(70_000)).map(([name, port]) => `https://${name}:${port}`),
    fc.string().map((end) => app + end),
  );
  fc.assert(
    fc.property(text, (origin) => {
      if (problemsOf({ ...needed, corsOrigins: [origin] }).length > 0) return;
      expect(new URL(origin).origin).toBe(origin);
      expect(origin).toMatch(/^[a-z0-9:/.-]+$/);
    }),
    { numRuns: 500, examples: [[app], [`${app}:8443`]] },
  );
});
