/** Counts the answers of a run against docs/openapi.json: which of its successes and problems a suite has seen. */
import type { AnsweredRequest } from './answers.ts';
import { at, document, documentedOperation, type Place } from './documented.ts';

/** What no suite of this folder can have, and why. */
export const unseen: Readonly<Record<string, string>> = {
  '504 unavailable':
    'API Gateway gives it after 29 seconds; a function answers 503 before that. The template is tried in test/lib/api.',
};

/** A status of an operation, or a problem of any. */
interface Listed {
  readonly successes: ReadonlySet<string>;
  readonly problems: ReadonlySet<string>;
  /** operation, status and code */
  readonly problemsByOperation: ReadonlySet<string>;
}

export interface AnswersReport {
  readonly text: string;
  /** what is listed, was not seen, and is not known to be unseen */
  readonly missing: readonly string[];
}

export function reportOf(answers: readonly AnsweredRequest[], listed = listedIn()): AnswersReport {
  const keys = (
    include: (one: AnsweredRequest) => boolean,
    key: (one: AnsweredRequest) => string,
  ) => new Set(answers.filter(include).map(key));
  const successes = keys(({ code }) => code === undefined, successKey);
  const problems = keys(({ code }) => code !== undefined, problemKey);
  const byOperation = keys(
    ({ code }) => code !== undefined,
    (one) => `${one.operation} ${problemKey(one)}`,
  );
  const of = (all: ReadonlySet<string>, seen: ReadonlySet<string>) =>
    `${[...all].filter((one) => seen.has(one)).length} of ${all.size}`;
  return {
    text: [
      `${answers.length} answers were as docs/openapi.json has them.`,
      `Successes seen: ${of(listed.successes, successes)}; problems: ${of(listed.problems, problems)};`,
      `problems of each operation: ${of(listed.problemsByOperation, byOperation)}.`,
    ].join(' '),
    missing: [
      ...[...listed.successes].filter((one) => !successes.has(one)),
      ...[...listed.problems].filter((one) => !problems.has(one) && unseen[one] === undefined),
    ],
  };
}

const ofNoOperation = ['404 not-found', '405 method-not-allowed'];

const successKey = ({ operation, status }: AnsweredRequest) => `${operation} ${status}`;
const problemKey = ({ status, code }: AnsweredRequest) => `${status} ${code}`;

export function listedIn(): Listed {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => documentedOperation(method.toUpperCase(), path)),
  );
  const listed = operations.flatMap((operation) => {
    const { operationId, place } = operation as NonNullable<typeof operation>;
    return Object.keys(place.value.responses).flatMap((status): AnsweredRequest[] => {
      if (Number(status) < 400) return [{ operation: operationId, status: Number(status) }];
      return codesOf(at(place, 'responses', status) as Place).map((code) => ({
        operation: operationId,
        status: Number(status),
        code,
      }));
    });
  });
  const problems = listed.filter(({ code }) => code !== undefined);
  return {
    successes: new Set(listed.filter(({ code }) => code === undefined).map(successKey)),
    problems: new Set([...problems.map(problemKey), ...ofNoOperation]),
    problemsByOperation: new Set(problems.map((one) => `${one.operation} ${problemKey(one)}`)),
  };
}

const codesOf = (response: Place): string[] =>
  response.value.content['application/problem+json'].schema.properties.code.enum;
