/** The command line. Safe by default: real AWS, which costs money, is used only where it was asked for by name. */
import { parseArgs } from 'node:util';

export const usage = `usage: npm run test:endpoint -- --endpoint URL [options]
       npm run test:endpoint -- --real-aws [options]
  --endpoint URL         an AWS-compatible endpoint that has KMS, STS, IAM and DynamoDB, such as moto or
                         LocalStack; credentials from AWS_ACCESS_KEY_ID or AWS_PROFILE, else test/test
  --real-aws             AWS itself, with your own credentials, which must be an administrator's but not
                         the root user's; creates two KMS keys, four roles and a table, costs cents and takes
                         minutes, since tags of keys and new roles do not count at once
  --region REGION        (AWS_REGION, else us-east-1)
  --require-enforcement  exit 1 unless the endpoint enforces every guarantee
  --help
Exit code 0: the handlers did all they must and nothing was left behind; 1: not so; 2: wrong arguments.`;

export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export interface Arguments {
  readonly help: boolean;
  /** undefined is AWS itself */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly requireEnforcement: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const options = {
  endpoint: { type: 'string' },
  'real-aws': { type: 'boolean', default: false },
  region: { type: 'string' },
  'require-enforcement': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @throws ArgumentError with what is wrong and what to do */
export function readArguments(args: readonly string[], environment: Environment): Arguments {
  const values = parse(args);
  const region = values.region ?? environment.AWS_REGION ?? 'us-east-1';
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new ArgumentError(`--region: expected a region such as us-east-1, got '${region}'`);
  }
  if (!values.help) chooseOne(values.endpoint, values['real-aws'], environment);
  return {
    help: values.help,
    endpoint: values.endpoint,
    region,
    requireEnforcement: values['require-enforcement'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new ArgumentError((error as Error).message);
  }
}

function chooseOne(endpoint: string | undefined, realAws: boolean, environment: Environment): void {
  if (endpoint === undefined && !realAws) {
    throw new ArgumentError(
      'without --endpoint this creates keys, roles and a table in your AWS account, which costs money; ' +
        'say --real-aws if you mean it',
    );
  }
  if (endpoint !== undefined && realAws) {
    throw new ArgumentError('--endpoint and --real-aws exclude each other');
  }
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const redirected = Object.keys(environment).find((name) => /^AWS_ENDPOINT_URL/.test(name));
  if (realAws && redirected !== undefined) {
    throw new ArgumentError(`${redirected} is set, so --real-aws would not reach AWS; unset it`);
  }
}

function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new ArgumentError(
      `--endpoint: expected a URL such as http://127.0.0.1:5000, got '${endpoint}'`,
    );
  }
  if (/\.amazonaws\.com(\.cn)?$/.test(url.hostname)) {
    throw new ArgumentError(`--endpoint: ${url.hostname} is AWS itself; use --real-aws`);
  }
}
