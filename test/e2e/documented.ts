/**
 * docs/openapi.json as validators. Stricter than the document, which lets answers get new members one day: here an
 * answer has none but those described.
 */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '../../openapi/json.ts';

export const document: Json = JSON.parse(readFileSync('docs/openapi.json', 'utf8'), closed);

function closed(_: string, value: Json): Json {
  return value?.type === 'object' && value.properties !== undefined
    ? { additionalProperties: false, ...value }
    : value;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const ajv = new Ajv2020({
  strict: false,
  // A header is text, whatever it says.
  coerceTypes: false,
  formats: { 'date-time': rfc3339, uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i },
});
ajv.addSchema(document, 'openapi.json');

const compiled = new Map<string, ValidateFunction>();

/**
 * @param path member by member, to a schema in the document
 * @returns what is wrong with the value, undefined where it is as described
 */
export function faultBySchema(path: readonly string[], value: unknown): string | undefined {
  const pointer = path.map((step) => encodeURIComponent(escaped(step))).join('/');
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi.json#/${pointer}` });
  compiled.set(pointer, validate);
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'body' });
}

const escaped = (step: string) => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** A place in the document, references followed. */
export interface Place {
  readonly path: readonly string[];
  readonly value: Json;
}

/** @returns undefined where there is nothing of that name */
export function at({ path, value }: Place, ...steps: readonly string[]): Place | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return { path, value };
  const found = value?.[step];
  if (found === undefined) return undefined;
  return at(followed({ path: [...path, step], value: found }), ...rest);
}

function followed(place: Place): Place {
  const { $ref } = place.value;
  if ($ref === undefined) return place;
  const path: string[] = $ref.slice(2).split('/');
  return { path, value: path.reduce((inside, step) => inside[step], document) };
}

export const root: Place = { path: [], value: document };

export interface Operation {
  readonly operationId: string;
  /** `POST /tenants/{tenantId}/encrypt` */
  readonly route: string;
  readonly place: Place;
}

/** @param path below the stage, as it was sent */
export function documentedOperation(method: string, path: string): Operation | undefined {
  // A slash at the end of a path changes nothing (docs/api.md).
  const segments = (path.split('?')[0] as string).replace(/\/$/, '').split('/');
  const isSame = (template: string) => {
    const wanted = template.split('/');
    return (
      wanted.length === segments.length &&
      wanted.every((segment, index) =>
        segment === '{tenantId}' ? isText(segments[index] as string) : segment === segments[index],
      )
    );
  };
  const template = Object.keys(document.paths).find(isSame);
  if (template === undefined) return undefined;
  const place = at(root, 'paths', template, method.toLowerCase());
  if (place === undefined) return undefined;
  return { operationId: place.value.operationId, route: `${method} ${template}`, place };
}

/** @returns whether a part of a path is one: not empty, and its escapes are UTF-8 */
export function isText(part: string): boolean {
  try {
    return decodeURIComponent(part) !== '';
  } catch {
    return false;
  }
}
