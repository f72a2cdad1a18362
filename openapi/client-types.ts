/**
 * The client's types and routes, made of the OpenAPI document. By hand, since the generators that are kept for it
 * (openapi-typescript, @hey-api/openapi-ts) load the compiler's API of TypeScript 5, which 7 no longer has. A schema
 * that says what is not known here is an error, never `any`.
 */
import { join } from 'node:path';
import type { Json } from './json.ts';

export const clientTypesFile = join(import.meta.dirname, '..', 'client', 'http', 'api-types.ts');

const head =
  '/** Made of docs/openapi.json by `npm run openapi`. What is changed here is written over. */\n';

export function clientTypes(document: Json): string {
  const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  return [
    head,
    ...Object.entries<Json>(document.components.schemas).map(declaration),
    ...['/** What each operation takes and gives, in JSON. */', 'export interface Operations {'],
    ...operations.map(({ operation }) => signature(operation)),
    ...[
      '}\n',
      '/** Of each operation the method, the path, and the scope that a token best has; none where anybody may. */',
      'export const routes = {',
    ],
    ...operations.map(
      ({ method, path, operation }) =>
        `  ${operation.operationId}: ['${method.toUpperCase()}', '${path}', '${scopeOf(operation)}'],`,
    ),
    '} as const satisfies Record<keyof Operations, readonly [string, string, string]>;\n',
  ].join('\n');
}

/** The first is the one that most of those have who use it. */
const scopeOf = ({ security }: Json): string => security?.[0]?.bearer?.[0] ?? '';

function declaration([name, schema]: [string, Json]): string {
  const text = comment(schema.description);
  const type = typeOf(schema);
  return type.startsWith('{')
    ? `${text}export interface ${name} ${type}\n`
    : `${text}export type ${name} =${spaced(type)};\n`;
}

/** `encrypt: { query: ..., request: ..., response: ... };` of the forms in JSON */
function signature({ operationId, parameters = [], requestBody, responses }: Json): string {
  const query = parameters.filter((one: Json) => one.in === 'query');
  const success = Object.entries<Json>(responses).filter(([status]) => status.startsWith('2'));
  const jsonOf = ({ content }: Json) => content?.['application/json']?.schema;
  const answers = success.map(([, answer]) => jsonOf(answer)).filter((one) => one !== undefined);
  const members = [
    ['query', query.length === 0 ? 'undefined' : object(query.map(queryMember), '    ')],
    ['request', requestBody === undefined ? 'undefined' : typeOf(jsonOf(requestBody), '    ')],
    ['response', unionOf(answers.map((one) => typeOf(one, '    '))) || 'unknown'],
  ];
  const lines = members.map(([name, type]) => `    readonly ${name}: ${type};\n`);
  return `  readonly ${operationId}: {\n${lines.join('')}  };`;
}

/** On the wire all are text; a client has numbers and booleans. */
function queryMember({ name, required, schema, description }: Json): Member {
  const isNumber = schema.pattern?.startsWith('^[1-9]') === true;
  const isFlag = schema.enum?.join() === 'true,false';
  const type = isNumber ? 'number' : isFlag ? 'boolean' : typeOf(schema, '      ');
  return { name, type, isRequired: required, description };
}

interface Member {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description?: string;
}

function object(members: readonly Member[], indent: string): string {
  if (members.length === 0) return 'Readonly<Record<string, never>>';
  const inner = `${indent}  `;
  const lines = members.map(({ name, type, isRequired, description }) => {
    const member = `readonly ${name}${isRequired ? '' : '?'}:${spaced(type)}`;
    return `${comment(description, inner)}${inner}${member};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function typeOf(schema: Json, indent = ''): string {
  const { type, $ref, properties, additionalProperties, items, oneOf, anyOf = oneOf } = schema;
  if ($ref !== undefined) return $ref.replace('#/components/schemas/', '');
  if ('const' in schema) return literal(schema.const);
  if (schema.enum !== undefined) return unionOf(schema.enum.map(literal), indent);
  if (anyOf !== undefined)
    return unionOf(
      anyOf.map((one: Json) => typeOf(one, indent)),
      indent,
    );
  if (type === 'array') return `readonly ${inBrackets(typeOf(items, indent))}[]`;
  if (properties !== undefined) {
    const required = new Set(schema.required);
    const members = Object.entries<Json>(properties).map(([name, member]) => ({
      name,
      type: typeOf(member, `${indent}  `),
      isRequired: required.has(name),
      description: member.description,
    }));
    return object(members, indent);
  }
  if (type === 'object' && typeof additionalProperties === 'object') {
    return `Readonly<Record<string, ${typeOf(additionalProperties, indent)}>>`;
  }
  if (type === 'object') return 'Readonly<Record<string, never>>';
  if (type === 'integer' || type === 'number') return 'number';
  if (['string', 'boolean', 'null'].includes(type)) return type;
  if (Object.keys(schema).every((key) => key === 'description')) return 'unknown';
  throw new Error(`no type for ${JSON.stringify(schema)}`);
}

const literal = (value: unknown) => `'${value}'`.replace(/^'(true|false|\d+)'$/, '$1');

/** A long union begins on a line of its own. */
const spaced = (type: string) => (type.startsWith('\n') ? type : ` ${type}`);

const inBrackets = (type: string) => (/^[\w<>, ]+$|^\{/.test(type) ? type : `(${type})`);

function unionOf(types: readonly string[], indent = ''): string {
  const all = [...new Set(types)];
  const line = all.join(' | ');
  return line.length < 60 ? line : all.map((one) => `\n${indent}  | ${one}`).join('');
}

function comment(text: string | undefined, indent = ''): string {
  if (text === undefined) return '';
  const lines = [''];
  for (const word of text.replaceAll('*/', '* /').split(' ')) {
    const last = lines.at(-1) as string;
    if (indent.length + last.length + word.length > 110) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}
