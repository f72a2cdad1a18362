/** `certificate`: that a tenant's key was destroyed, and whether that is true, which takes no network. */
import { createHash, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CertificateKeys, SignedCertificate } from '../../tenant-keys.ts';
import { contextOf } from '../context.ts';
import { CommandError, exitCodes } from '../failure.ts';
import { examples, tenantArgument } from '../help.ts';
import { printable, printJson, printLine } from '../output.ts';

const certificateType = 'tenant-keys/erasure-certificate/v2';

export function addCertificate(program: Command): void {
  const certificate = program
    .command('certificate')
    .description("prove that a tenant's key was destroyed");
  certificate
    .command('get')
    .description('get the signed certificate of an erased tenant')
    .argument(...tenantArgument)
    .option('-o, --out <file>', 'a new file, in place of standard output')
    .addHelpText('after', examples('tenant-keys certificate get acme --out acme.json'))
    .action(async (tenantId, { out }, command) => {
      const { keys, claims, signal } = await contextOf(command);
      await put(await keys.tenants.certificate(tenantId, { ...claims, signal }), out);
    });
  certificate
    .command('keys')
    .description('get the public keys: once, to be kept apart from certificates')
    .option('-o, --out <file>', 'a new file, in place of standard output')
    .addHelpText('after', examples('tenant-keys certificate keys --out keys.json'))
    .action(async ({ out }, command) => {
      const { keys, claims, signal } = await contextOf(command);
      await put(await keys.certificateKeys({ ...claims, signal }), out);
    });
  certificate
    .command('verify')
    .description('check every signature of a certificate, without the network')
    .argument('<file>', 'what `certificate get` gave')
    .requiredOption('-k, --keys <file>', 'what `certificate keys` gave, when it could be trusted')
    .addHelpText('after', examples('tenant-keys certificate verify acme.json --keys keys.json'))
    .action(async (file, { keys: keysFile }, command) => {
      const signed = await json<SignedCertificate>(file);
      const signatures = verified(signed, await json(keysFile));
      const isVerified = signatures.every(({ result }) => result === 'verified');
      // What a certificate says of itself counts once it is verified.
      const { tenantId, erasedAt, keyDestroyed } = signed.certificate;
      const claims = isVerified ? { tenantId, erasedAt, keyDestroyed } : {};
      if (command.optsWithGlobals().json === true) printJson({ isVerified, ...claims, signatures });
      else for (const { algorithm, result } of signatures) printLine(`${algorithm}: ${result}`);
      if (!isVerified) throw new CommandError(`${file} is not verified.`, exitCodes.notAsSealed);
      if (command.optsWithGlobals().json !== true) {
        const what =
          keyDestroyed === false
            ? `The use of the key of ${tenantId} ended by ${erasedAt}. The key is the tenant's own, and was not destroyed.`
            : `The key of ${tenantId} was destroyed by ${erasedAt}.`;
        printLine(printable(what));
      }
    });
}

interface Verification {
  readonly algorithm: string;
  readonly result: string;
}

function verified(signed: SignedCertificate, { keys }: CertificateKeys): readonly Verification[] {
  if (signed.certificate?.type !== certificateType || !Array.isArray(keys) || keys.length === 0) {
    throw new CommandError(`These files are not of \`certificate get\` and \`certificate keys\`.`);
  }
  const hash = createHash('sha512').update(canonical(signed.certificate)).digest('hex');
  const statement = Buffer.from(`${certificateType}\n${hash}\n`);
  return keys.map(({ keyArn, signingAlgorithm: algorithm, publicKey }) => {
    const signature = signed.signatures.find((one) => one.keyArn === keyArn)?.signature;
    if (signature === undefined) return { algorithm, result: 'the signature is missing' };
    try {
      const digest = algorithm === 'ECDSA_SHA_256' ? 'sha256' : null;
      const isRight = verify(digest, statement, publicKey, Buffer.from(signature, 'base64'));
      return { algorithm, result: isRight ? 'verified' : 'the signature is wrong' };
    } catch {
      const result = `not checked: Node.js ${process.versions.node} does not know this algorithm or key; 24 knows both`;
      return { algorithm, result };
    }
  });
}

/** RFC 8785, for what a certificate has: texts of printable ASCII and whole numbers. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) => {
    const isObject = typeof member === 'object' && member !== null && !Array.isArray(member);
    return isObject ? Object.fromEntries(Object.entries(member).sort(byName)) : member;
  });
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number =>
  one < other ? -1 : 1;

async function json<T>(file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError(`${file} is not JSON.`);
    throw error;
  }
}

async function put(value: object, out: string | undefined): Promise<void> {
  if (out === undefined) return printJson(value);
  await writeFile(out, `${JSON.stringify(value, undefined, 2)}\n`, { flag: 'wx' });
}
