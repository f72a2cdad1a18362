/** The access log's lines by the stage's format, as raw as API Gateway may write them. */
import { describe, expect, test } from '@jest/globals';
import {
  accessLogLine,
  checkAccessLogFormat,
  type RequestProgress,
} from '../../../local/api/access-log.ts';

const progress: RequestProgress = {
  requestId: 'id-1',
  httpMethod: 'GET',
  path: '/v1/tenants/acme/audit',
  sourceIp: '192.0.2.1',
  begunAt: 1_795_539_807_853,
};
const authorized = {
  principalId: 'somebody',
  context: { tenantId: 'acme' },
  policy: {} as never,
};

describe('a line', () => {
  test('has what is known of the request, and - for the rest', () => {
    const format =
      '{"a":"$context.requestId $context.httpMethod","b":"$context.resourcePath","c":"$context.status","d":"$context.error.responseType","e":"$context.authorizer.tenantId"}';
    expect(JSON.parse(accessLogLine(format, progress, 401))).toEqual({
      a: 'id-1 GET',
      b: '-',
      c: '401',
      d: '-',
      e: '-',
    });
  });

  test('has what the authorizer said, also where its policy refused', () => {
    const format =
      '$context.authorizer.principalId $context.authorizer.tenantId $context.authorizer.x';
    const refused = { ...progress, authorized, responseType: 'ACCESS_DENIED' } as const;
    expect(accessLogLine(format, refused, 403)).toBe('somebody acme -');
    expect(accessLogLine('$context.error.responseType', refused, 403)).toBe('ACCESS_DENIED');
  });

  test('has the path as it came, quotes and variables too, and nothing twice', () => {
    const path = '/v1/"\\$context.requestId$&$1';
    expect(accessLogLine('"$context.path"', { ...progress, path }, 404)).toBe(`"${path}"`);
  });
});

describe('a format', () => {
  test.each(['$context.identity.userAgent', '$context.error.message', '$context.authorizer'])(
    'with %s stops the start',
    (variable) => {
      expect(() => checkAccessLogFormat(`{"a":"${variable}"}`)).toThrow(variable);
    },
  );
});
