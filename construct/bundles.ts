/**
 * The functions' bundles, made when the package was: `build/` puts them here, so that an app needs neither esbuild nor our
 * sources. It has what lib/functions/bundle.ts has for `#bundles`.
 */
import { join } from 'node:path';

/** The folder of the bundles. */
export const sources = join(import.meta.dirname, '..', 'bundles');

/** @param use gets the folder with the function's bundle */
export const withBundle = <Result>(name: string, use: (folder: string) => Result): Result =>
  use(join(sources, name));
