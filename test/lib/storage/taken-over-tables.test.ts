/** Tables that are there already: the stack is the same as with tables of its own, but for their names. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { localAccount } from '../../../local/stack.ts';
import { readTemplate } from '../../../local/template/template.ts';
import { stackPolicies } from '../../../prove/stack-policies.ts';
import { synthesizedTemplate, type Template } from '../../harness/synthesized.ts';
import { problemsOf } from '../config/problems.ts';

const names = {
  tableName: 'kept.tenants',
  macKeyTableName: 'kept.mac-keys',
  auditTableName: 'kept.events',
};
const tables = {
  TenantTable: names.tableName,
  MacKeyTable: names.macKeyTableName,
  AuditTable: names.auditTableName,
};
const own = await synthesizedTemplate();
const taken = await synthesizedTemplate(names);
const read = (template: Template) => readTemplate({ ...template }, localAccount);

const isTable = ({ type }: { readonly type: string }) => type === 'AWS::DynamoDB::Table';

/** Texts of the template with its own tables as they would be with the others. */
function renamed<T>(value: T): T {
  const text = Object.entries(tables).reduce(
    (before, [title, name]) =>
      before.replace(new RegExp(`TenantKeys-${title}[0-9A-F]{8}`, 'g'), name),
    JSON.stringify(value),
  );
  return JSON.parse(text);
}

describe('where all three are taken over', () => {
  test('the template makes no table, and gives out the names that it was given', () => {
    expect(read(taken).resources.filter(isTable)).toEqual([]);
    expect(taken.Outputs).toMatchObject({
      TableName: { Value: names.tableName },
      MacKeyTableName: { Value: names.macKeyTableName },
      AuditTableName: { Value: names.auditTableName },
    });
  });

  test('every other resource is what it is with tables of the stack, but for the names', () => {
    const others = read(own).resources.filter((resource) => !isTable(resource));
    expect(read(taken).resources).toEqual(renamed(others));
  });

  test('the proofs read the same policies, by the same names', () => {
    const of = (template: Template) => {
      const { names: resources, tables: arns, roles, keys } = stackPolicies(read(template));
      return { resources: [...resources].sort(), arns, roles, keys };
    };
    expect(of(taken)).toEqual(renamed(of(own)));
  });
});

test('each alone can be taken over, and leaves the others to the stack', async () => {
  for (const [title, key] of [
    ['TenantTable', 'tableName'],
    ['MacKeyTable', 'macKeyTableName'],
    ['AuditTable', 'auditTableName'],
  ] as const) {
    const made = read(await synthesizedTemplate({ [key]: names[key] })).resources.filter(isTable);
    const titles = made.map(({ logicalId }) => logicalId.slice(0, -8));
    expect(titles).toEqual(
      ['TenantTable', 'MacKeyTable', 'AuditTable'].filter((one) => one !== title),
    );
  }
});

const needed = { issuer: 'https://id.example.com', audience: 'tenant-keys' };

test('a name is taken only if it can be one table of this account and region: no pattern, no ARN', () => {
  const key = fc.constantFrom(...(Object.keys(names) as (keyof typeof names)[]));
  fc.assert(
    fc.property(key, fc.string({ unit: 'grapheme', maxLength: 260 }), (name, value) => {
      const isName = /^[a-zA-Z0-9_.-]{3,255}$/.test(value);
      expect(problemsOf({ ...needed, [name]: value }).length).toBe(isName ? 0 : 1);
    }),
    {
      examples: [
        ['tableName', '*'],
        ['tableName', 'TenantKeys-*'],
        ['auditTableName', 'arn:aws:dynamodb:us-east-1:1:table/x'],
      ],
    },
  );
});

test.each([
  ['tableName', 'macKeyTableName'],
  ['tableName', 'auditTableName'],
  ['macKeyTableName', 'auditTableName'],
])('%s and %s are two tables', (one, other) => {
  const problems = problemsOf({ ...needed, [one]: 'the-same', [other]: 'the-same' });
  expect(problems).toEqual([expect.stringMatching(/another table/)]);
});
