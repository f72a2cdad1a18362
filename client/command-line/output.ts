/** What commands print: a table or sentences for people, JSON for programs, and nothing else on standard output. */

/** What comes from elsewhere may have characters that a terminal obeys. */
const control = /[\p{Cc}\p{Cf}]/gu;

export const printable = (text: string): string => text.replace(control, '\ufffd');

/** JSON has another way to write them, so that nothing is lost: of its own it does so up to U+001F. */
const escaped = (json: string): string =>
  json.replace(control, (character) =>
    character === '\n' ? character : unicodeEscapes(character),
  );

const unicodeEscapes = (character: string): string =>
  character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const prettyJson = (value: unknown): string => escaped(JSON.stringify(value, undefined, 2));
export const jsonLine = (value: unknown): string => escaped(JSON.stringify(value));

export function printJson(value: unknown): void {
  printLine(prettyJson(value));
}

/** One line, for lists that have no end. */
export function printJsonLine(value: unknown): void {
  printLine(jsonLine(value));
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** To a person, and not into a pipe's data. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export type Row = Readonly<Record<string, string | number | undefined>>;

/** @returns lines with the columns' names in the first */
export function table<Name extends string>(
  rows: readonly { readonly [N in Name]?: string | number | undefined }[],
  columns: readonly Name[],
): string {
  const cells = [
    columns,
    ...rows.map((row) => columns.map((name) => printable(`${row[name] ?? ''}`))),
  ];
  const widths = columns.map((_, at) =>
    Math.max(...cells.map((line) => [...(line[at] ?? '')].length)),
  );
  return cells
    .map((line) => line.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - [...cell].length)))
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

/** @returns a row where the others are not known, so that no column has a width */
export const line = <Name extends string>(
  row: { readonly [N in Name]?: string | number | undefined },
  columns: readonly Name[],
): string => columns.map((name) => printable(`${row[name] ?? '-'}`)).join('  ');

/** @returns a line for each member that has a value */
export function members(value: object): string {
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [printable(name), member] as const);
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(([name, member]) => {
      const text = typeof member === 'object' ? JSON.stringify(member) : String(member);
      return `${name.padEnd(width)}  ${printable(text)}`;
    })
    .join('\n');
}
