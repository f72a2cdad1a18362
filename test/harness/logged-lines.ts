import { jest } from '@jest/globals';

/**
 * Keeps what the code of functions logs in this process from the terminal, until `jest.restoreAllMocks()`.
 * @returns the lines, as they come
 */
export function loggedLines(): string[] {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  return lines;
}
