/** Every legal way to write a JSON value (RFC 8259): white space, escapes, order of members, forms of numbers. */
import fc from 'fast-check';

export function spellingsOf(value: unknown): fc.Arbitrary<string> {
  return padded(typeof value === 'object' && value !== null ? structure(value) : scalar(value));
}

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 2 });

const padded = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(space, inner, space).map((parts) => parts.join(''));

function structure(value: object): fc.Arbitrary<string> {
  if (Array.isArray(value)) return fc.tuple(...value.map(spellingsOf)).map(list);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return fc
    .shuffledSubarray(members, { minLength: members.length })
    .chain((entries) => fc.tuple(...entries.map(memberSpellings)))
    .map((texts) => `{${texts.join(',')}}`);
}

const list = (texts: readonly string[]): string => `[${texts.join(',')}]`;

const memberSpellings = ([name, member]: readonly [string, unknown]): fc.Arbitrary<string> =>
  fc.tuple(padded(scalar(name)), spellingsOf(member)).map((parts) => parts.join(':'));

function scalar(value: unknown): fc.Arbitrary<string> {
  if (typeof value === 'string') return ofText(value);
  if (Number.isSafeInteger(value)) return ofWholeNumber(String(value));
  return fc.constant(JSON.stringify(value));
}

const ofWholeNumber = (digits: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    digits,
    `${digits}.0`,
    `${digits}.000`,
    `${digits}e0`,
    `${digits}E+0`,
    `${digits}0e-1`,
    `${digits}00E-02`,
  );

type Spell = (unit: string) => string;

const spell: fc.Arbitrary<Spell> = fc.constantFrom<Spell>(
  plain,
  (unit) => shortEscapes.get(unit) ?? plain(unit),
  (unit) => `\\u${hexadecimal(unit)}`,
  (unit) => `\\u${hexadecimal(unit).toUpperCase()}`,
);

/** @returns the unit as it is where that is allowed; half of a character never is */
function plain(unit: string): string {
  return unit.isWellFormed() ? JSON.stringify(unit).slice(1, -1) : `\\u${hexadecimal(unit)}`;
}

const hexadecimal = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0');

const shortEscapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** The ways are taken in turn, so that a long text needs no choice a character. */
const ofText = (text: string): fc.Arbitrary<string> =>
  fc.array(spell, { minLength: 1, maxLength: 8 }).map((ways) => {
    const units = text.split('').map((unit, at) => (ways[at % ways.length] as Spell)(unit));
    return `"${units.join('')}"`;
  });
