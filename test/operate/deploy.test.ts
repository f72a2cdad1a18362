/** An account that is ready: what is shown, asked and done. */
import { describe, expect, test } from '@jest/globals';
import { aws, deploy, failed, folder, isWrite, ready } from './deploy-harness.ts';

describe('an account that is ready', () => {
  test('gets the very assembly that was looked at, into the region that was shown, and then the smoke test', async () => {
    const ended = await deploy(ready, ['--yes']);
    expect(failed(ended)).toEqual([]);
    expect(ended).toMatchObject({ code: 0, smoked: ['TenantKeys'], questions: [] });
    expect(ended.cdk).toEqual([
      ['eu-central-1', 'deploy', '--app', folder, '--require-approval', 'never', 'TenantKeys'],
    ]);
    expect(ended.results.get('changes')?.found).toMatch(/^\d+ resources are made$/);
    expect(ended.results.get('quotas')?.found).toMatch(
      /^keys 1 \+ 1\d\d of 100000; trails 1 \+ 1 of 5; REST APIs 0 \+ 1 of 600; roles 20 \+ \d+ of 1000; concurrency 1000, 2500 environments of tenants$/,
    );
  });

  test('is only read before the question', async () => {
    await deploy(ready, ['--check']);
    expect(aws.asked.length).toBeGreaterThan(15);
    expect(aws.asked.filter(isWrite)).toEqual([]);
  });

  test('shows whose it is, and asks with it', async () => {
    const { code, results, questions } = await deploy(ready, [], { isTerminal: true });
    expect(code).toBe(0);
    const who =
      'account 111122223333, region eu-central-1, as arn:aws:sts::111122223333:assumed-role/Deployer/me';
    expect(results.get('credentials')?.found).toContain(who);
    expect(questions).toEqual(['Deploy TenantKeys to account 111122223333, region eu-central-1?']);
  });

  test('is left as it is where the answer is no, where nobody can be asked, and with --check', async () => {
    const no = await deploy(ready, [], { isTerminal: true, confirm: async () => false });
    expect(no).toMatchObject({ code: 4, cdk: [], said: expect.stringContaining('not confirmed') });
    const nobody = await deploy(ready);
    expect(nobody).toMatchObject({
      code: 4,
      cdk: [],
      questions: [],
      said: expect.stringContaining('nobody can be asked here, and --yes is not given'),
    });
    expect(await deploy(ready, ['--check', '--yes'])).toMatchObject({ code: 0, cdk: [] });
  });

  test('whose deployment or smoke test fails: exit codes of their own', async () => {
    const notDeployed = await deploy(ready, ['--yes'], { cdkCode: 1 });
    expect(notDeployed).toMatchObject({ code: 5, smoked: [] });
    expect(await deploy(ready, ['--yes'], { smoke: async () => false })).toMatchObject({ code: 1 });
    expect(await deploy(ready, ['--yes', '--no-smoke'])).toMatchObject({ code: 0, smoked: [] });
  });
});
