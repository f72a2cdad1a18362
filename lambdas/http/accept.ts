/** Which form of an answer a caller would like best (RFC 9110 sections 12.4.2, 12.5.1). Parameters but the weight are ignored. */

interface Range {
  readonly type: string;
  /** 0: refused */
  readonly weight: number;
}

/**
 * @param accept the header, several in one line; undefined where there is none
 * @param offered media types in lower case, the one first that is given where the caller does not mind
 * @returns one of them, undefined where the caller takes none
 */
export function acceptedType<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  const ranges = rangesOf(accept ?? '');
  const [best] = offered
    .map((type) => ({ type, ...bestRange(type, ranges) }))
    .filter(({ weight }) => weight > 0)
    // Of two that are as welcome, the one that is named rather than meant by a `*`.
    .sort((one, other) => other.weight - one.weight || one.stars - other.stars);
  return best?.type;
}

/** The most specific range decides. */
function bestRange(type: string, ranges: readonly Range[]): { weight: number; stars: number } {
  const spellings = [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*'];
  const named = new Set(ranges.map((range) => range.type));
  const stars = spellings.findIndex((one) => named.has(one));
  const weights = ranges.filter((range) => range.type === spellings[stars]);
  return { weight: Math.max(0, ...weights.map(({ weight }) => weight)), stars };
}

/** Without an element everything is welcome. */
function rangesOf(accept: string): Range[] {
  const elements = accept.split(',').map((element) => element.trim().toLowerCase());
  const ranges = elements.filter((element) => element !== '').map(rangeOf);
  return ranges.length === 0 ? [{ type: '*/*', weight: 1 }] : ranges;
}

function rangeOf(element: string): Range {
  const [type = '', ...parameters] = element.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  // A weight that is none refuses: no answer is labelled by a guess.
  return { type, weight: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
}
