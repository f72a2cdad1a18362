/** A model as solvers print it: one `define-fun` a variable (SMT-LIB 2.6, get-model). */
import type { Answer } from './solver.ts';

const definition =
  /\(define-fun\s+(\|[^|]*\||\S+)\s+\(\)\s+(String|Bool|Int)\s+("(?:[^"]|"")*"|\(- \d+\)|[^\s()]+)\s*\)/g;

export function modelOf(text: string): Answer['model'] {
  return new Map(
    [...text.matchAll(definition)].map(([, name = '', sort, value = '']) => [
      nameOf(name),
      sort === 'String' ? unquoted(value) : sort === 'Bool' ? value === 'true' : numberOf(value),
    ]),
  );
}

/** @param symbol with or without bars */
export const nameOf = (symbol: string): string => symbol.replace(/^\|(.*)\|$/s, '$1');

const numberOf = (value: string) => Number(value.replace(/^\(- (\d+)\)$/, '-$1'));

const unquoted = (value: string) =>
  value
    .slice(1, -1)
    .replaceAll('""', '"')
    .replace(/\\u\{([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})/g, (_, braced, plain) =>
      String.fromCodePoint(Number.parseInt(braced ?? plain, 16)),
    );
