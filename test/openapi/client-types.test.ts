/** A schema becomes the type that its values have, or an error; never a type that takes anything. */
import { describe, expect, test } from '@jest/globals';
import { clientTypes } from '../../openapi/client-types.ts';
import type { Json } from '../../openapi/json.ts';

const ofSchema = (schema: Json) =>
  clientTypes({ components: { schemas: { One: schema } }, paths: {} });

describe('a schema', () => {
  test.each<[string, Json, string]>([
    ['a text', { type: 'string' }, 'export type One = string;'],
    ['a reference', { $ref: '#/components/schemas/Two' }, 'export type One = Two;'],
    ['a constant', { type: 'boolean', const: true }, 'export type One = true;'],
    ['one of some texts', { type: 'string', enum: ['a', 'b-c'] }, "export type One = 'a' | 'b-c';"],
    ['a text or null', { anyOf: [{ type: 'string' }, { type: 'null' }] }, 'One = string | null;'],
    ['a list', { type: 'array', items: { type: 'integer' } }, 'One = readonly number[];'],
    [
      'a list of either',
      { type: 'array', items: { oneOf: [{ $ref: '#/A' }, { type: 'string' }] } },
      'One = readonly (#/A | string)[];',
    ],
    [
      'any names with texts',
      { type: 'object', additionalProperties: { type: 'string' } },
      'One = Readonly<Record<string, string>>;',
    ],
    [
      'members, required and not',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'number' } },
        required: ['a'],
      },
      'export interface One {\n  readonly a: string;\n  readonly b?: number;\n}',
    ],
    ['a description', { type: 'string', description: 'Ends */ here.' }, '/** Ends * / here. */'],
  ])('%s', (_, schema, expected) => {
    expect(ofSchema(schema)).toContain(expected);
  });

  test.each<[string, Json]>([
    ['of a type that is not known', { type: 'thing' }],
    ['with what is not known', { not: { type: 'string' } }],
  ])('%s is an error', (_, schema) => {
    expect(() => ofSchema(schema)).toThrow(/^no type for/);
  });
});
