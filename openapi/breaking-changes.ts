/**
 * What a client of one document may stumble over in the next. Breaking is:
 * - a path, an operation, a status, a media type, a header or a member that is gone;
 * - a request that is refused now: a parameter, member or body that became required, a narrower type, list of values,
 *   pattern or bound; a scope that no longer suffices;
 * - an answer that was not described: a member or header that may be missing now, a wider type or list of values.
 * Not breaking: what is new and optional, a new member of an answer, and a new code of a problem.
 */
import type { Json } from './json.ts';
import { refusals, type Side } from './schema-changes.ts';

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** @returns a line for each breaking change, the same for the same change */
export function breakingChanges(before: Json, after: Json): string[] {
  const changes = Object.keys(before.paths).flatMap((path) =>
    methods
      .filter((method) => before.paths[path][method] !== undefined)
      .flatMap((method) => {
        const route = `${method.toUpperCase()} ${path}`;
        const found = after.paths[path]?.[method];
        if (found === undefined) return [`${route}: gone`];
        const one = { document: before, operation: before.paths[path][method] };
        const other = { document: after, operation: found };
        return operationChanges(one, other).map((change) => `${route} ${change}`);
      }),
  );
  return [...new Set(changes)];
}

interface Described {
  readonly document: Json;
  readonly operation: Json;
}

function operationChanges(before: Described, after: Described): string[] {
  return [
    ...securityChanges(before.operation.security, after.operation.security),
    ...parameterChanges(before, after),
    ...bodyChanges(before, after),
    ...Object.keys(before.operation.responses).flatMap((status) =>
      responseChanges(before, after, status).map((change) => `${status} ${change}`),
    ),
  ];
}

/** Any one of the alternatives will do, so each must stay. None at all needs no token. */
function securityChanges(before: Json[], after: Json[]): string[] {
  const scopes = (security: Json[]) => security.map((one) => JSON.stringify(one));
  if (after.length === 0) return [];
  if (before.length === 0) return ['security: a token'];
  return scopes(before)
    .filter((one) => !scopes(after).includes(one))
    .map((one) => `security: ${Object.values(JSON.parse(one)).flat().join(' ')}`);
}

function parameterChanges(before: Described, after: Described): string[] {
  const key = (one: Json) => `${one.in} ${one.name}`;
  const byKey = ({ operation }: Described): Map<string, Json> =>
    new Map((operation.parameters ?? []).map((one: Json) => [key(one), one]));
  const [old, now] = [byKey(before), byKey(after)];
  const required = [...now].filter(([name, one]) => one.required && !old.get(name)?.required);
  return [
    ...required.map(([name]) => `${name}: required`),
    ...[...old].flatMap(([name, one]) => {
      const found = now.get(name);
      if (found === undefined) return [`${name}: gone`];
      return refusals(sideOf(before, schemaOf(one)), sideOf(after, schemaOf(found)), name);
    }),
  ];
}

const schemaOf = (one: Json): Json => one.schema ?? one.content['application/json'].schema;

function bodyChanges(before: Described, after: Described): string[] {
  const { requestBody: old } = before.operation;
  const { requestBody: now } = after.operation;
  if (old === undefined) return now?.required ? ['body: required'] : [];
  if (now === undefined) return ['body: gone'];
  return [
    ...(now.required && !old.required ? ['body: required'] : []),
    ...Object.keys(old.content).flatMap((type) => {
      const found = now.content[type];
      if (found === undefined) return [`body ${type}: gone`];
      const { schema } = old.content[type];
      if (schema === undefined || found.schema === undefined) return [];
      const [one, other] = [sideOf(before, schema), sideOf(after, found.schema)];
      return [...gone(one, other, 'body'), ...refusals(one, other, 'body')];
    }),
  ];
}

function responseChanges(before: Described, after: Described, status: string): string[] {
  const old = resolved(before.document, before.operation.responses[status]);
  const found = after.operation.responses[status];
  if (found === undefined) return ['status: gone'];
  const now = resolved(after.document, found);
  const header = (document: Json, response: Json, name: string) =>
    resolved(document, response.headers?.[name]);
  return [
    ...Object.keys(old.headers ?? {}).flatMap((name) => {
      const one = header(before.document, old, name);
      const other = header(after.document, now, name);
      if (other === undefined) return [`header ${name}: gone`];
      if (one.required && !other.required) return [`header ${name}: may be missing`];
      return refusals(sideOf(after, other.schema), sideOf(before, one.schema), `header ${name}`);
    }),
    ...Object.keys(old.content ?? {}).flatMap((type) => {
      const content = now.content?.[type];
      if (content === undefined) return [`${type}: gone`];
      if (old.content[type].schema === undefined || content.schema === undefined) return [];
      const one = sideOf(before, old.content[type].schema);
      const other = sideOf(after, content.schema);
      return [
        ...gone(one, other, 'answer'),
        ...goneCodes(one, other),
        ...refusals(other, one, 'answer', isOpen),
      ];
    }),
  ];
}

/** Clients are told to expect new ones. */
const isOpen = (member: string): boolean => member === 'code';

/** What answered with a code before should do so now. */
function goneCodes(before: Side, after: Side): string[] {
  const codes = ({ schema, resolve }: Side): string[] =>
    resolve(schema).properties?.code?.enum ?? [];
  const now = codes(after);
  return codes(before)
    .filter((code) => !now.includes(code))
    .map((code) => `${code}: gone`);
}

/** Members that were described and are not any more, at any depth. */
function gone(before: Side, after: Side, at: string): string[] {
  const old = before.resolve(before.schema);
  const now = after.resolve(after.schema);
  const inside = (one: Json, other: Json, name: string) =>
    one === undefined || other === undefined
      ? []
      : gone({ ...before, schema: one }, { ...after, schema: other }, `${at}.${name}`);
  return [
    ...Object.keys(old.properties ?? {}).flatMap((name) =>
      now.properties?.[name] === undefined
        ? [`${at}.${name}: gone`]
        : inside(old.properties[name], now.properties[name], name),
    ),
    ...inside(old.items, now.items, '[]'),
    ...alternativesOf(old).flatMap((one, index) =>
      inside(one, alternativesOf(now)[index], String(index)),
    ),
  ];
}

const alternativesOf = (schema: Json): Json[] => schema.oneOf ?? schema.anyOf ?? [];

const sideOf = ({ document }: Described, schema: Json): Side => ({
  schema,
  resolve: (one) => inOnePiece(document, one),
});

function resolved(document: Json, value: Json): Json {
  if (value?.$ref === undefined) return value;
  const path: string[] = value.$ref.slice(2).split('/');
  return resolved(
    document,
    path.reduce((inside, step) => inside?.[step], document),
  );
}

/** `allOf`, and what stands beside it or beside a reference, as one schema. */
function inOnePiece(document: Json, schema: Json): Json {
  const known = pieces.get(schema) ?? composed(document, schema);
  pieces.set(schema, known);
  return known;
}

/** By the schema as the document has it; many operations refer to the same. */
const pieces = new WeakMap<object, Json>();

function composed(document: Json, schema: Json): Json {
  const { allOf = [], $ref, ...own } = schema;
  const references: Json[] = [...($ref === undefined ? [] : [{ $ref }]), ...allOf];
  const parts = references.map((part) => inOnePiece(document, resolved(document, part)));
  const all = [...parts, own];
  const members = new Set(all.flatMap(({ properties = {} }) => Object.keys(properties)));
  const member = (name: string) => Object.assign({}, ...all.map((part) => part.properties?.[name]));
  return Object.assign(
    {},
    ...all,
    members.size > 0 && {
      properties: Object.fromEntries([...members].map((name) => [name, member(name)])),
    },
  );
}
