/** The headers of answers. Those that every HTTP server sends (Date, Content-Length, ...) are not described. */
import type { Problem } from '../contract/problem.ts';

const challenge =
  '^Bearer realm="tenant-keys", error="(invalid_token|insufficient_scope(", scope="[-a-z/ ]+)?)"$';
const challengeExample =
  'Bearer realm="tenant-keys", error="insufficient_scope", scope="tenant-keys/crypto"';

const headers = {
  RequestId: {
    description:
      'The id of the request, which leads to its log line and its event in the audit. A client may choose it by a header of this name, a UUID.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  NoStore: {
    description: 'An answer may hold plaintext, so no cache may keep it.',
    required: true,
    schema: { const: 'no-store' },
  },
  NoSniff: {
    description: 'No browser may take the answer for a page.',
    required: true,
    schema: { const: 'nosniff' },
  },
  ProblemNoStore: {
    description: 'As on a success.',
    required: false,
    schema: { const: 'no-store' },
  },
  ProblemNoSniff: {
    description: 'As on a success.',
    required: false,
    schema: { const: 'nosniff' },
  },
  ServerTiming: {
    description:
      'What the answer waited for, in milliseconds (W3C Server Timing). Not on an answer in which anything was refused.',
    required: false,
    schema: {
      type: 'string',
      pattern: '^total;dur=[0-9.]+(, [a-z]+;(dur=[0-9.]+|desc="[a-z]+"))*$',
    },
    example: 'total;dur=12.3, broker;dur=4.1, table;dur=2.2, kms;dur=5.1, cache;desc="miss"',
  },
  RetryAfter: {
    description: 'The same request may come again after so many seconds.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
    example: 2,
  },
  SometimesRetryAfter: {
    description: 'Where it is there, the same request may come again after so many seconds.',
    required: false,
    schema: { type: 'integer', minimum: 1 },
    example: 28,
  },
  Authenticate: {
    description:
      'What the token lacks (RFC 6750): it does not count, or it lacks one of these scopes. Without a scope none would help, but another token.',
    required: false,
    schema: { type: 'string', pattern: challenge },
    example: challengeExample,
  },
  RemappedAuthenticate: {
    description:
      'In place of `WWW-Authenticate` where a function refuses: API Gateway lets no function give that one.',
    required: false,
    schema: { type: 'string', pattern: challenge },
    example: challengeExample,
  },
  AcceptEncoding: {
    description: 'With a body that was sent with a `Content-Encoding`: the one that would do.',
    required: false,
    schema: { const: 'identity' },
  },
  Link: {
    description:
      'Of the stack on this machine alone, where a policy refused: the page that explains which one (RFC 8288).',
    required: false,
    schema: { type: 'string', pattern: '^<http://[^>]+>; rel="help"$' },
    example: '<http://127.0.0.1:4566/_local/decisions>; rel="help"',
  },
  NextPage: {
    description:
      'Of an answer in lines that is not the last: the query of the next page, relative to the URL of this one (RFC 8288).',
    required: false,
    schema: { type: 'string', pattern: '^<\\?[^<> ]+>; rel="next"$' },
    example: '<?order=oldest&routine=false&limit=100&cursor=eyJhZnRlciI6Ii4uLiJ9>; rel="next"',
  },
  DocumentCache: {
    description: 'The document changes with a deployment alone.',
    required: true,
    schema: { const: 'public, max-age=300' },
  },
} as const;

export const headerComponents = headers;

const ref = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` });

const always = { 'x-amzn-RequestId': ref('RequestId') };

export const successHeaders = {
  ...always,
  'Cache-Control': ref('NoStore'),
  'X-Content-Type-Options': ref('NoSniff'),
  'Server-Timing': ref('ServerTiming'),
};

export const nextPageHeader = { Link: ref('NextPage') };

export const documentHeaders = {
  ...always,
  'Cache-Control': ref('DocumentCache'),
  'X-Content-Type-Options': ref('NoSniff'),
};

export const problemPageHeaders = {
  ...always,
  'Cache-Control': ref('NoStore'),
  'X-Content-Type-Options': ref('NoSniff'),
};

/** @param problems of one status; a header that each of them has is required */
export function problemHeaders(problems: readonly Problem[]): object {
  const having = (name: string) => problems.filter((problem) => name in problem.headers).length;
  const retryAfter = having('Retry-After');
  return {
    ...always,
    'Cache-Control': ref('ProblemNoStore'),
    'X-Content-Type-Options': ref('ProblemNoSniff'),
    ...(retryAfter > 0 && {
      'Retry-After': ref(retryAfter === problems.length ? 'RetryAfter' : 'SometimesRetryAfter'),
    }),
    ...(having('WWW-Authenticate') > 0 && {
      'WWW-Authenticate': ref('Authenticate'),
      'x-amzn-Remapped-WWW-Authenticate': ref('RemappedAuthenticate'),
    }),
    ...(problems.some(({ status }) => status === 415) && {
      'Accept-Encoding': ref('AcceptEncoding'),
    }),
    Link: ref('Link'),
  };
}
