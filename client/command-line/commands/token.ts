/** `token check`: what is in a token, and what the API makes of it. The token itself is never printed. */
import type { Command } from 'commander';
import { TenantKeys } from '../../tenant-keys.ts';
import { contextOf } from '../context.ts';
import { CommandError, exitCodes } from '../failure.ts';
import { examples } from '../help.ts';
import { members, printJson, printLine } from '../output.ts';
import { readSecret } from '../secret-input.ts';
import { accessOf } from '../token-access.ts';

export function addToken(program: Command): void {
  const token = program.command('token').description('look into bearer tokens');
  token
    .command('check')
    .description('show what a token says, and what the API allows it')
    .argument(
      '[source]',
      '- to read a token from standard input; without it the one that commands would use',
    )
    .option(
      '-t, --tenant <id>',
      'whose data plane and audit are tried',
      process.env.TENANT_KEYS_TENANT,
    )
    .addHelpText(
      'after',
      `\nWhy a stack does not take a token (issuer, audience, algorithm, claims) its own checkout says: npm run token:check\n${examples('tenant-keys token check --tenant acme', 'tenant-keys token check - < token.txt')}`,
    )
    .action(async (source, { tenant }, command) => {
      const context = await contextOf(command);
      if (source !== undefined && source !== '-') {
        throw new CommandError(
          'A token is no argument, since every user of this machine sees those: give - and pipe it.',
        );
      }
      const text = source === '-' ? await readSecret({ question: 'Token' }) : undefined;
      const claims = text === undefined ? undefined : claimsOf(text);
      const { url } = context;
      const keys = text === undefined ? context.keys : new TenantKeys({ url, token: text });
      const tenantId = tenant ?? tenantIn(claims);
      const access = await accessOf(keys, tenantId, context.signal);
      if (context.json) printJson({ claims, access });
      else {
        if (claims !== undefined) printLine(`${members(shown(claims))}\n`);
        for (const { plane, allowed, reason } of access) {
          printLine(`${plane}: ${allowed ? 'allowed' : `refused. ${reason}`}`);
        }
        if (tenantId === undefined) printLine('data plane, audit: not tried; give --tenant.');
      }
      if (!access.some(({ allowed }) => allowed)) {
        throw new CommandError('The API allows this token nothing of this.', exitCodes.access);
      }
    });
}

type Claims = Readonly<Record<string, unknown>>;

function claimsOf(token: string): Claims {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims;
  } catch {
    // Neither is that one.
  }
  throw new CommandError('That is no JSON Web Token.', exitCodes.access);
}

const tenantIn = (claims: Claims | undefined): string | undefined =>
  typeof claims?.tenant_id === 'string' ? claims.tenant_id : undefined;

/** The last that a Date can be. */
const maxEpochSeconds = 8.64e12;

/** Times as people read them. */
function shown(claims: Claims): Claims {
  const times = ['exp', 'iat', 'nbf', 'auth_time'];
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) =>
      times.includes(name) && typeof value === 'number' && Math.abs(value) <= maxEpochSeconds
        ? [name, `${new Date(value * 1000).toISOString()}${name === 'exp' ? remaining(value) : ''}`]
        : [name, value],
    ),
  );
}

function remaining(expiry: number): string {
  const seconds = Math.round(expiry - Date.now() / 1000);
  return seconds > 0 ? ` (in ${seconds} s)` : ` (${-seconds} s ago)`;
}
