/**
 * Media types as headers spell them (RFC 9110 sections 5.6 and 8.3.1). Invariant: what stands in quotes is text, so
 * that a comma or a semicolon there ends nothing; and what is not of the grammar is no media type, not a similar one.
 */
export interface MediaType {
  /** in lower case; of a range, with `*` */
  readonly type: string;
  /** names in lower case, values without their quotes, in order */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quoted = '"(?:[^"\\\\]|\\\\.)*"';
const space = '[ \\t]*';
/** A semicolon may have no parameter after it. */
const parameter = `${space};${space}(?:(${token})=(${token}|${quoted}))?`;

const elements = new RegExp(`(?:[^",]|${quoted}|")+`, 'gs');
const mediaType = new RegExp(`^(${token}/${token})((?:${parameter})*)${space}$`, 's');
const parameters = new RegExp(parameter, 'gs');

/** @returns the elements of a list, without the empty ones, which a recipient must ignore (section 5.6.1.2) */
export const listElements = (header: string): string[] =>
  (header.match(elements) ?? [])
    .map((element) => element.trim())
    .filter((element) => element !== '');

/** @returns undefined for what is none */
export function parseMediaType(element: string): MediaType | undefined {
  const [, type = '', rest = ''] = mediaType.exec(element) ?? [];
  if (type === '') return undefined;
  const given = [...rest.matchAll(parameters)].flatMap(([, name, value]) =>
    name === undefined || value === undefined
      ? []
      : [[name.toLowerCase(), unquoted(value)] as const],
  );
  return { type: type.toLowerCase(), parameters: given };
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value;
