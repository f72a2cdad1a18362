/** For a program that cannot be told to choose one itself. */
import { createServer } from 'node:http';
import { listen } from '../../local/listen.ts';

export async function freePort(): Promise<number> {
  const { url, close } = await listen(createServer(), 0);
  await close();
  return Number(new URL(url).port);
}
