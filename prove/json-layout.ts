/** JSON for people: what fits into a line stands in one, as Biome lays it out. */
const lineWidth = 100;

export const laidOut = (value: unknown): string => `${laid(value, '', 0)}\n`;

/** @param taken characters of the line beside the value */
function laid(value: unknown, indent: string, taken: number): string {
  const line = inLine(value);
  if (indent.length + taken + line.length <= lineWidth || !isComposite(value)) return line;
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const members = Object.entries(value).map(([key, one], at, all) => {
    const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `;
    const comma = at === all.length - 1 ? '' : ',';
    return `${deeper}${name}${laid(one, deeper, name.length + comma.length)}${comma}`;
  });
  return `${open}\n${members.join('\n')}\n${indent}${close}`;
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(', ')}]`;
  if (!isComposite(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${inLine(one)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

const isComposite = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;
