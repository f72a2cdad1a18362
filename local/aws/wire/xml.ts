/** XML as the query protocol writes it: members are elements, a list's items are `member` elements. */

/** @param value text, a number, a list, or an object whose undefined members are left out */
export function element(name: string, value: unknown, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${escaped(namespace)}"`;
  return `<${name}${attribute}>${contentOf(value)}</${name}>`;
}

function contentOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => element('member', item)).join('');
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => element(name, member))
    .join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** XML 1.0 has no way to write most control characters: they become the replacement character. */
function escaped(text: string): string {
  return [...text.toWellFormed()]
    .map((character) => entities[character] ?? (isWritable(character) ? character : '\uFFFD'))
    .join('');
}

const isWritable = (character: string): boolean =>
  character >= ' ' ? character !== '\uFFFE' && character !== '\uFFFF' : /[\t\n]/.test(character);
