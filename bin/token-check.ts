/** `npm run token:check`: says in sentences why a token counts or not, by the module that the authorizer checks it by. */
import { text } from 'node:stream/consumers';
import { usableKeys } from '../contract/jwks.ts';
import { jwksCache } from '../lambdas/tokens/jwks-cache.ts';
import { keySet } from '../lambdas/tokens/key-set.ts';
import { TokenRefused } from '../lambdas/tokens/refusals.ts';
import type { TokenKeys } from '../lambdas/tokens/token-verifier.ts';
import { ArgumentError, type Arguments, readArguments, usage } from './token-check/arguments.ts';
import { checkToken, NotAsked } from './token-check/check-token.ts';
import { type Configuration, jsonIn, readConfiguration } from './token-check/configuration.ts';

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) {
    console.log(usage);
    return 0;
  }
  const configuration = await readConfiguration(given);
  const token = (given.token ?? (await fromStandardInput())).trim().replace(/^bearer +/i, '');
  const { issuers, source } = configuration;
  const { isGood, lines } = await checkToken(token, issuers, keysOf(given, configuration));
  console.log([...lines, `The issuers are those of ${source}.`].join('\n'));
  return isGood ? 0 : 1;
}

async function fromStandardInput(): Promise<string> {
  if (process.stdin.isTTY) throw new ArgumentError('expected a TOKEN, or one on standard input');
  return text(process.stdin);
}

function keysOf({ jwksFile, offline }: Arguments, { issuers }: Configuration): TokenKeys {
  if (jwksFile !== undefined) return keysIn(jwksFile);
  if (!offline) return jwksCache(issuers);
  return {
    async find() {
      throw new NotAsked();
    },
  };
}

/** @throws Error */
function keysIn(file: string): TokenKeys {
  const { keys } = Object(jsonIn(file)) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) throw new Error(`${file}: expected a JWKS, {"keys": [...]}`);
  const set = keySet(usableKeys(keys));
  return {
    async find(_, kid) {
      if (set.has(kid)) return set;
      throw new TokenRefused('unknown-key');
    },
  };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    process.stderr.write(error.message.replace(/^/gm, 'token:check: '));
    process.stderr.write(error instanceof ArgumentError ? `\n\n${usage}\n` : '\n');
    process.exitCode = 2;
  },
);
