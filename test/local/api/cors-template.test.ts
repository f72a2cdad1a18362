/** The templates of CORS are read character by character, and whatever else a template says stops the start. */
import { describe, expect, test } from '@jest/globals';
import { allowOrigin, statusOf } from '../../../lib/api/cors.ts';
import { readAnswerTemplate, readStatusTemplate } from '../../../local/api/cors-template.ts';

const origins = ['https://app.example.com', 'http://localhost:5173'];

test("the stack's own are understood", () => {
  expect(readAnswerTemplate(`${allowOrigin(origins)}{"a":1}`)).toEqual({
    origins,
    text: '{"a":1}',
  });
  expect(readAnswerTemplate(allowOrigin(origins))).toEqual({ origins, text: '' });
  expect(readAnswerTemplate('{"a":1}')).toEqual({ text: '{"a":1}' });
  expect(readStatusTemplate(statusOf(origins, 405, 204))).toEqual({
    status: 405,
    preflight: { status: 204, origins },
  });
  expect(readStatusTemplate('{"statusCode":200}')).toEqual({ status: 200 });
});

describe('stops the start', () => {
  const answer = `${allowOrigin(origins)}{}`;
  const status = statusOf(origins, 405, 204);

  test.each<[string, (text: string) => string]>([
    ['a pattern instead of an origin', (text) => text.replace('== $allowed', '.matches($allowed)')],
    ['another header', (text) => text.replace('get("Origin")', 'get("Referer")')],
    ['a header that may be in the query', (text) => text.replace('params().header.get', 'params')],
    [
      'what the client sent',
      (text) =>
        text.replace('#set($granted = $allowed)', '#set($granted = $input.params("Origin"))'),
    ],
    ['no list', (text) => text.replace(JSON.stringify(origins), '[]')],
    ['no JSON', (text) => text.replace(JSON.stringify(origins), "['https://app.example.com']")],
    [
      'a reference in the list',
      (text) => text.replace('https://app.example.com', '$context.stage'),
    ],
    ['two choices', (text) => text.replace('#end#end', `#end#end${text}`)],
    ['a condition turned round', (text) => text.replace('!= ""', '== ""')],
  ])('%s', (_, change) => {
    expect(change(answer)).not.toBe(answer);
    expect(() => readAnswerTemplate(change(answer))).toThrow();
    expect(() => readStatusTemplate(change(status))).toThrow();
  });

  test.each<[string, string]>([
    ['another method', status.replace('OPTIONS', 'POST')],
    ['a third status', status.replace('#else', '#elseif(true){"statusCode":200}#else')],
    ['more after the end', `${status} `],
    ['a status that is a text', '{"statusCode":"405"}'],
    ['a member more', '{"statusCode":405,"x":1}'],
  ])('%s', (_, text) => {
    expect(() => readStatusTemplate(text)).toThrow();
  });

  test('an answer that lets a page use credentials', () => {
    const changed = answer.replace(
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
    );
    expect(() => readAnswerTemplate(changed)).toThrow();
  });
});
