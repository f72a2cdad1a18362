import { describe, expect, test } from '@jest/globals';
import { answersIn } from './answers.ts';
import { listedIn, reportOf, unseen } from './answers-report.ts';

const listed = {
  successes: new Set(['read 200', 'onboard 201']),
  problems: new Set(['404 tenant-not-found', '504 unavailable']),
  problemsByOperation: new Set(['read 404 tenant-not-found', 'suspend 404 tenant-not-found']),
};

describe('the answers of a run', () => {
  test('are counted, and what was not seen is named', () => {
    const answers = answersIn('read 200 \nread 200 \nread 404 tenant-not-found\n');
    expect(reportOf(answers, listed)).toEqual({
      text: '3 answers were as docs/openapi.json has them. Successes seen: 1 of 2; problems: 1 of 2; problems of each operation: 1 of 2.',
      missing: ['onboard 201'],
    });
  });

  test('may lack what cannot be seen here', () => {
    expect(reportOf([], listed).missing).toEqual([
      'read 200',
      'onboard 201',
      '404 tenant-not-found',
    ]);
  });

  test('are a problem of the operation that gave it', () => {
    const report = reportOf(answersIn('none 404 tenant-not-found\n'), listed);
    expect(report.text).toContain('problems of each operation: 0 of 2');
  });
});

test('what cannot be seen is listed in the document, and has a reason', () => {
  const { problems } = listedIn();
  for (const [problem, why] of Object.entries(unseen)) {
    expect([problem, problems.has(problem), why.length > 20]).toEqual([problem, true, true]);
  }
});
