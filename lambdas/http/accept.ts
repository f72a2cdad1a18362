/** Which form of an answer a caller would like best (RFC 9110 sections 12.4.2, 12.5.1). */
import { listElements, parseMediaType } from './media-type.ts';

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

/** Without an element everything is welcome; an element that is no range welcomes nothing. */
function rangesOf(accept: string): Range[] {
  const elements = listElements(accept);
  return elements.length === 0 ? [{ type: '*/*', weight: 1 }] : elements.flatMap(rangeOf);
}

/** RFC 9110 has no `.2`, but Java's HttpURLConnection sends it where its caller sets no Accept (before Java 21). */
const weightForm = /^(?:0?(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/**
 * Our types have no parameters, so one that is wanted with parameters is wanted (they change nothing of JSON, RFC 8259
 * section 11), and one that is refused with them is not refused as it is.
 */
function rangeOf(element: string): Range[] {
  const { type = '', parameters = [] } = parseMediaType(element) ?? {};
  if (type === '') return [];
  const [, weight = '1'] = parameters.find(([name]) => name === 'q') ?? [];
  // A weight that is none refuses: no answer is labelled by a guess.
  const isWeight = weightForm.test(weight) && /\d/.test(weight);
  const range = { type, weight: isWeight ? Number(weight) : 0 };
  return range.weight === 0 && parameters[0]?.[0] !== 'q' ? [] : [range];
}
