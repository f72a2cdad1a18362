import { describe, expect, test } from '@jest/globals';
import { ArgumentError, readArguments } from './arguments.ts';

const local = ['--endpoint', 'http://127.0.0.1:5000'];

describe('what a run is told', () => {
  test('an endpoint is enough', () => {
    expect(readArguments(local, {})).toEqual({
      help: false,
      endpoint: 'http://127.0.0.1:5000',
      region: 'us-east-1',
      requireEnforcement: false,
    });
  });

  test('the region is the option, else AWS_REGION', () => {
    const environment = { AWS_REGION: 'eu-central-1' };
    expect(readArguments(local, environment).region).toBe('eu-central-1');
    const args = [...local, '--region', 'us-gov-west-1'];
    expect(readArguments(args, environment).region).toBe('us-gov-west-1');
  });

  test('AWS itself is used only by name', () => {
    expect(() => readArguments([], {})).toThrow('--real-aws');
    expect(readArguments(['--real-aws'], {}).endpoint).toBeUndefined();
  });

  test('an endpoint of AWS is AWS itself', () => {
    for (const host of ['kms.us-east-1.amazonaws.com', 'kms.cn-north-1.amazonaws.com.cn']) {
      expect(() => readArguments(['--endpoint', `https://${host}`], {})).toThrow('--real-aws');
    }
  });

  test('AWS itself is not used where the environment leads elsewhere', () => {
    const environment = { AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:4566' };
    expect(() => readArguments(['--real-aws'], environment)).toThrow('AWS_ENDPOINT_URL_KMS');
    expect(readArguments(local, environment).endpoint).toBe(local[1]);
  });

  test.each([
    ['both', [...local, '--real-aws']],
    ['no URL', ['--endpoint', '127.0.0.1:5000']],
    ['another scheme', ['--endpoint', 'ftp://127.0.0.1']],
    ['no region', [...local, '--region', 'Frankfurt']],
    ['an unknown option', [...local, '--force']],
    ['a word', [...local, 'now']],
  ])('refused: %s', (_, args) => {
    expect(() => readArguments(args, {})).toThrow(ArgumentError);
  });

  test('help is given without an endpoint', () => {
    expect(readArguments(['--help'], {}).help).toBe(true);
  });
});
