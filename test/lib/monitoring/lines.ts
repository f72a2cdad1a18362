import { jest } from '@jest/globals';

/** @returns the lines that code of a function logs in this process */
export async function linesOf(action: () => unknown): Promise<string[]> {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text).trimEnd());
    return true;
  });
  try {
    await action();
  } finally {
    write.mockRestore();
  }
  return lines;
}
