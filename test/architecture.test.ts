/**
 * Who may import whom: the table of docs/architecture.md, held against every import of the tree, types included.
 * That no files import each other in a circle is Biome's rule noImportCycles; that no folders do is a test here.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The repository's own code: no dependencies, nothing that a run has made. */
const sources = globSync('*/**/*.{ts,js}', {
  exclude: ['node_modules/**', 'cdk.out/**', '*/dist/**', 'coverage/**'],
});
const imports = importsOf(sources);

describe('the table of docs/architecture.md', () => {
  const table = tableOf(readFileSync('docs/architecture.md', 'utf8'));
  const folderOf = (file: string) =>
    [...table.keys()].filter((folder) => file.startsWith(folder)).sort(byLength)[0];

  test('has a row for every file', () => {
    expect([...imports.keys()].filter((file) => folderOf(file) === undefined)).toEqual([]);
  });

  test('has a row for no folder that is not there', () => {
    expect([...table.keys()].filter((folder) => !existsSync(folder))).toEqual([]);
  });

  test('allows every import', () => {
    const refused = pairs(imports).filter(([file, imported]) => {
      const from = folderOf(file) ?? '';
      const to = folderOf(imported) ?? '';
      return from !== to && !table.get(from)?.some((allowed) => covers(allowed, to));
    });
    expect(refused).toEqual([]);
  });

  test('allows nothing that nobody needs', () => {
    const needed = new Map([...table.keys()].map((folder) => [folder, new Set<string>()]));
    for (const [file, imported] of pairs(imports)) {
      needed.get(folderOf(file) ?? '')?.add(folderOf(imported) ?? '');
    }
    const idle = [...table].flatMap(([folder, allowed]) =>
      allowed
        .filter((one) => ![...(needed.get(folder) ?? [])].some((used) => covers(one, used)))
        .map((one) => `${folder} -> ${one}`),
    );
    expect(idle).toEqual([]);
  });
});

describe('folders', () => {
  test('import each other in no circle, at any depth of the tree', () => {
    const parents = new Set([...imports.keys()].flatMap(ancestorsOf));
    const circles = [...parents].flatMap((parent) => circlesOf(childrenOf(parent, imports)));
    expect(circles).toEqual([]);
  });
});

test('no URL of a file passes for its path: in that of a folder with a space it is escaped', () => {
  const escaped = /import\.meta\.url\)\.pathname/;
  expect(sources.filter((file) => escaped.test(readFileSync(file, 'utf8')))).toEqual([]);
});

describe('the search for circles', () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));

  test.each([
    ['a line', { a: ['b'], b: ['c'], c: [] }, []],
    ['two that import each other', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    [
      'a longer way round, and a way into it',
      { a: ['b'], b: ['c'], c: ['d'], d: ['b'] },
      [['b', 'c', 'd']],
    ],
    ['a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, []],
  ])('%s', (_, edges, circles) => {
    expect(circlesOf(graph(edges))).toEqual(circles);
  });

  test('takes a folder of folders as one', () => {
    const files = graph({ 'x/a/one.ts': ['x/b.ts'], 'x/b.ts': ['x/a/two.ts'], 'x/a/two.ts': [] });
    expect(circlesOf(childrenOf('x/', files))).toEqual([['x/a/', 'x/b.ts']]);
  });
});

/** Every relative import, of values and of types, static and dynamic. */
function importsOf(files: readonly string[]): Graph {
  const known = new Set(files);
  const specifier = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;
  return new Map(
    files.map((file) => {
      const found = [...readFileSync(file, 'utf8').matchAll(specifier)];
      const paths = found.map(([, path]) => join(dirname(file), path as string));
      return [file, new Set(paths.filter((path) => known.has(path)))];
    }),
  );
}

/** Rows such as "| `lambdas/http/` | what is there | `contract/`, `lambdas/aws/` |". */
function tableOf(markdown: string): Map<string, string[]> {
  const rows = [...markdown.matchAll(/^\| `([\w/-]+\/)` \|[^|]*\|([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, folder, allowed]) => [
      folder as string,
      [...(allowed as string).matchAll(/`([\w/-]+\/\*?)`/g)].map(([, one]) => one as string),
    ]),
  );
}

/** `x/` is that folder alone, `x/*` each that is in it. */
const covers = (allowed: string, folder: string): boolean =>
  allowed.endsWith('*')
    ? folder.startsWith(allowed.slice(0, -1)) && folder !== allowed.slice(0, -1)
    : folder === allowed;

function ancestorsOf(file: string): string[] {
  const folders = file.split(sep).slice(0, -1);
  return ['', ...folders.map((_, index) => `${folders.slice(0, index + 1).join('/')}/`)];
}

/** What is directly in a folder, files and folders, and which of them import which. */
function childrenOf(parent: string, files: Graph): Graph {
  const child = (file: string) =>
    parent + (/^[^/]+\/?/.exec(file.slice(parent.length))?.[0] as string);
  const children = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    if (!file.startsWith(parent)) continue;
    const edges = children.get(child(file)) ?? new Set();
    children.set(child(file), edges);
    for (const other of imported) {
      if (other.startsWith(parent) && child(other) !== child(file)) edges.add(child(other));
    }
  }
  return children;
}

/** @returns each set of nodes that all reach each other, in order */
function circlesOf(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((node) => [node, reachableFrom(node, graph)]));
  const circles = new Map<string, string[]>();
  for (const [node, others] of reached) {
    if (!others.has(node)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(node)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function reachableFrom(start: string, graph: Graph): Set<string> {
  const reached = new Set<string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of graph.get(node) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      open.push(next);
    }
  }
  return reached;
}

const pairs = (graph: Graph): [string, string][] =>
  [...graph].flatMap(([file, others]) => [...others].map((one): [string, string] => [file, one]));

const byLength = (one: string, other: string) => other.length - one.length;
