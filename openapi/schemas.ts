/** JSON Schemas of the contract's zod schemas. OpenAPI 3.1 takes JSON Schema 2020-12 as it is, which zod writes. */
import * as z from 'zod/mini';
import type { Member } from './component.ts';
import { components } from './components.ts';
import type { Json } from './json.ts';

const named = z.registry<{ id: string }>();
for (const [id, { schema }] of Object.entries(components)) named.add(schema, { id });

/** As a value is on the wire: what a caller sends, and what a function gives before JSON.stringify. */
const onTheWire = {
  io: 'input',
  target: 'draft-2020-12',
  metadata: named,
  uri: (id: string) => `#/components/schemas/${id}`,
  override: ({ jsonSchema }: { jsonSchema: Json }) => {
    // The format says the same; the pattern is a kilobyte.
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    // zod's bounds of a whole number are JavaScript's.
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
} as const;

/**
 * @param sent the names of those that a request may have. Of an answer's objects the document does not say that they
 *   have no other members: one day they may, and a client must not mind.
 * @returns the named schemas, with what is said of them
 */
export function componentSchemas(sent: (name: string) => boolean): Record<string, Json> {
  const { schemas } = z.toJSONSchema(named, onTheWire);
  return Object.fromEntries(
    Object.entries(components).map(([name, { description, members = {}, refine }]) => {
      const schema: Json = plain(schemas[name]);
      for (const [member, said] of Object.entries(members)) {
        Object.assign(memberOf(schema.properties, member, name), said);
      }
      refine?.(schema);
      return [name, { ...(sent(name) ? schema : open(schema)), description }];
    }),
  );
}

/** @returns a reference to the named schema */
export function refTo(schema: z.core.$ZodType): Json {
  const id = named.get(schema)?.id;
  if (id === undefined)
    throw new Error('a body has a schema without a name: give it one in components.ts');
  return { $ref: onTheWire.uri(id) };
}

/** @returns the parameters of a query, all of them optional */
export function queryParameters(
  query: z.core.$ZodType,
  said: Readonly<Record<string, Member>>,
): Json[] {
  // Of one schema alone zod writes the named ones beside it.
  const { properties } = JSON.parse(
    JSON.stringify(z.toJSONSchema(query, onTheWire)).replaceAll('#/$defs/', onTheWire.uri('')),
  );
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = memberOf(said, name, 'a query');
    return {
      name,
      in: 'query',
      required: false,
      description,
      schema: { ...plain(schema), ...rest },
    };
  });
}

function open(schema: Json): Json {
  return JSON.parse(
    JSON.stringify(schema, (name, value) =>
      name === 'additionalProperties' && value === false ? undefined : value,
    ),
  );
}

function memberOf(members: Json, name: string, of: string): Json {
  if (members?.[name] === undefined) throw new Error(`${of} has no member ${name}`);
  return members[name];
}

function plain({ $schema: _, $id: __, id: ___, ...schema }: Json): Json {
  return schema;
}
