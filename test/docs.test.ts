/** What the documents name is there, and what they are to list they list. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repeats } from '../contract/repeats.ts';
import { routes } from '../contract/routes.ts';
import { tenantStatus } from '../contract/tenant-status.ts';
import { keysOfStack } from '../lib/config/config.ts';
import { kmsOperations } from '../local/kms/service.ts';
import { blocks, documents } from './blocks/blocks.ts';
import { synthesizedTemplate } from './harness/synthesized.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const folders =
  'bench|bin|client|construct|contract|docs|examples|lambdas|lib|local|openapi|operate|prove|release|test';
/** `lib/config.ts`, `local/kms/operations`, `lambdas/*`; a path in a folder of the reader's own begins otherwise. */
const paths = new RegExp(`(?<![\\w./<-])(?:${folders})/[\\w./*-]*[\\w/*]`, 'g');

describe.each(documents)('%s', (file) => {
  test('names only files and folders that are there', () => {
    const named = [...new Set(read(file).match(paths) ?? [])];
    const isThere = (path: string) =>
      existsSync(path) || globSync([path, `${path}.ts`, `${path}.test.ts`]).length > 0;
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });
});

/** As GitHub makes a heading's anchor: lower case, hyphens for spaces, nothing else but letters, digits and hyphens. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (file: string) =>
  read(file)
    .replace(/^```.*?^```/gms, '')
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) => anchorOf(line.replace(/^#+ /, '')));

test('every link between documents leads somewhere', () => {
  const links = documents.flatMap((file) =>
    [...read(file).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
      ([, path, anchor]) => {
        const to = path ? join(dirname(file), path) : file;
        return { file, to, anchor };
      },
    ),
  );
  expect(links.length).toBeGreaterThan(30);
  const isBroken = ({ to, anchor }: (typeof links)[number]) =>
    !existsSync(to) || (anchor !== undefined && !anchorsOf(to).includes(anchor));
  expect(links.filter(isBroken)).toEqual([]);
});

/** Some shells, as zsh at its prompt, know no comments: the words become arguments, and a quote never ends. */
test('commands can be pasted: a comment has a line of its own, and nothing in it that a shell minds', () => {
  const shell = blocks.flatMap(({ document, text }) =>
    text.split('\n').map((line) => `${document}: ${line.trim()}`),
  );
  expect(shell.length).toBeGreaterThan(80);
  const isWrong = (line: string) => /: #(?!( [\w,.:/-]+)+$)|: [^#].*\s# /.test(line);
  expect(shell.filter(isWrong)).toEqual([]);
});

test('README.md lists every context key', () => {
  const listed = read('README.md');
  expect(keysOfStack.length).toBeGreaterThan(40);
  expect(keysOfStack.filter((key) => !listed.includes(`\`${key}\``))).toEqual([]);
});

/** `POST /a/suspend`, `/resume` stands for two routes. */
const routesOf = (document: string) =>
  [
    ...document.matchAll(/`(GET|PUT|POST|PATCH|DELETE) (\/[^`?]*)(?:\?[^`]*)?`((?:, `\/[^`]*`)*)/g),
  ].flatMap(([, method, path = '', more = '']) => [
    `${method} ${path}`,
    ...[...more.matchAll(/`(\/[^`]*)`/g)].map(
      ([, last]) => `${method} ${path.replace(/\/[^/]*$/, '')}${last}`,
    ),
  ]);

test('docs/api.md lists every route', () => {
  const listed = routesOf(read('docs/api.md'));
  // Its answer is always a 400.
  const all = routes.filter(({ method, path }) => `${method} ${path}` !== 'PUT /tenants');
  expect(
    all.map(({ method, path }) => `${method} ${path}`).filter((one) => !listed.includes(one)),
  ).toEqual([]);
});

test('docs/api.md says of every route what it does when it comes again', () => {
  const [, section = ''] = /^# Coming again$(.*?)^# /ms.exec(read('docs/api.md')) ?? [];
  const listed = section.split('\n').flatMap((line) => {
    const [, first = '', again] =
      line.split(' | ', 2).length === 2 ? ['', ...line.split(' | ')] : [];
    return routesOf(first).map((route) => [route, again]);
  });
  const decided = routes
    .filter(({ method, path }) => `${method} ${path}` !== 'PUT /tenants')
    .map(({ method, path, operation }) => [`${method} ${path}`, repeats[operation]]);
  expect(listed.sort()).toEqual(decided.sort());
});

test('docs/api.md names every status of a tenant', () => {
  const words = new Set(read('docs/api.md').match(/\b[A-Z]+\b/g));
  expect(tenantStatus.options.filter((status) => !words.has(status))).toEqual([]);
});

test('docs/local.md lists every operation of the local KMS', () => {
  const words = new Set(read('docs/local.md').match(/\w+/g));
  expect(kmsOperations.map(({ name }) => name).filter((name) => !words.has(name))).toEqual([]);
});

test('docs/operations.md takes no name from the stack that is no output of it', async () => {
  const named = [...read('docs/operations.md').matchAll(/\$\(output (\w+)\)/g)].map(
    ([, name]) => name,
  );
  expect(named.length).toBeGreaterThan(10);
  const outputs = Object.keys((await synthesizedTemplate()).Outputs);
  expect(named.filter((name) => !outputs.includes(name as string))).toEqual([]);
});

test('docs/operations.md leads to each of its chapters at its beginning', () => {
  const [head = '', ...chapters] = read('docs/operations.md').split(/^## /m);
  expect(chapters.length).toBeGreaterThan(10);
  const headings = chapters.map((chapter) => chapter.split('\n', 1)[0] as string);
  expect(headings.filter((heading) => !head.includes(`(#${anchorOf(heading)})`))).toEqual([]);
});

test('docs/operations.md lists every kind of finding', () => {
  const kinds = [...read('contract/findings.ts').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(
    ([, kind]) => kind,
  );
  expect(kinds).toContain('key-policy');
  const listed = read('docs/operations.md');
  expect(kinds.filter((kind) => !listed.includes(`| \`${kind}\` |`))).toEqual([]);
});

describe('docs/compliance.md', () => {
  const page = read('docs/compliance.md');

  test('names only routes that there are', () => {
    const all = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    const named = routesOf(page);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((route) => !all.has(route))).toEqual([]);
  });

  test('names only sections that there are', () => {
    const named = [...page.matchAll(/`(docs\/\w+\.md)`, "([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(5);
    const isThere = ([, file = '', heading = '']: RegExpMatchArray) =>
      read(file)
        .split('\n')
        .some((line) => /^#+ /.test(line) && line.includes(heading));
    expect(named.filter((one) => !isThere(one)).map(([all]) => all)).toEqual([]);
  });

  test('names only alarms that have a runbook', () => {
    const named = page.match(/`[a-z]+-changed`/g) ?? [];
    expect(named).toHaveLength(3);
    const runbooks = read('docs/operations.md');
    const without = named.filter((name) => !runbooks.includes(`### ${name.slice(1, -1)}\n`));
    expect(without).toEqual([]);
  });
});
