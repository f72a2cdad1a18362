/** The problems of an operation as responses: one for each status, with the codes that may come with it. */
import {
  type ProblemCode,
  type ProblemStatus,
  problemJson,
  problemStatuses,
  problemTitles,
} from '../contract/problem.ts';
import { problemHeaders } from './headers.ts';
import { problemExamples } from './problem-examples.ts';

type Codes = readonly ProblemCode[];

/** @returns responses by status, with the statuses in order */
export function problemResponses(codes: Codes): Record<string, object> {
  const statuses = [...new Set(codes.flatMap(statusesOf))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const given = codes.filter((code) => statusesOf(code).includes(status));
      const [only, ...others] = given;
      return [
        String(status),
        only !== undefined && others.length === 0
          ? { $ref: `#/components/responses/${nameOf(only, status)}` }
          : responseOf(status, given),
      ];
    }),
  );
}

/** @returns the responses of one code, which many operations share */
export const responseComponents = (): Record<string, object> =>
  Object.fromEntries(
    allProblems.map(({ code, status }) => [nameOf(code, status), responseOf(status, [code])]),
  );

/** @returns an example of each problem */
export const problemExampleComponents = (): Record<string, object> =>
  Object.fromEntries(
    allProblems.map(({ code, status }) => {
      const value = { ...problemExamples[code][1]().toBody(request), status };
      return [nameOf(code, status), { value: { ...value, title: problemTitles[status] } }];
    }),
  );

/** Of the answer beside which the examples of successes were taken. */
const request = { requestId: '9756e06c-ec00-49d5-a08b-9ee3fda940b7', stage: 'v1' };

const statusesOf = (code: ProblemCode): readonly ProblemStatus[] => problemStatuses[code];

/** Without those that no operation gives. */
const allProblems = Object.keys(problemStatuses)
  .map((code) => code as ProblemCode)
  .filter((code) => code !== 'not-found' && code !== 'method-not-allowed')
  .flatMap((code) => statusesOf(code).map((status) => ({ code, status })));

/** `tenant-busy` becomes TenantBusy; the status is in the name where the code may come with several. */
const nameOf = (code: ProblemCode, status: ProblemStatus): string =>
  code.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()) +
  (statusesOf(code).length > 1 ? status : '');

function responseOf(status: ProblemStatus, codes: Codes): object {
  return {
    description: [
      `${problemTitles[status]}.`,
      ...codes.map((code) => `\`${code}\`: ${problemExamples[code][0]}`),
    ].join(' '),
    headers: problemHeaders(codes.map((code) => problemExamples[code][1]())),
    content: {
      [problemJson]: {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }],
          properties: {
            title: { const: problemTitles[status] },
            status: { const: status },
            code: { enum: codes },
          },
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${nameOf(code, status)}` }]),
        ),
      },
    },
  };
}
