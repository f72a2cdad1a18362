/**
 * Every shell block of the documents, once: run here, by another test, or by nobody but who has an account. Those of
 * `npm run test:blocks` run in this order in one shell, as somebody would paste them.
 */

interface Named {
  readonly document: string;
  /** with what its first line begins that is no comment */
  readonly begins: string;
}

export interface Run extends Named {
  /** what the page says in words, in shell */
  readonly before?: string;
  /** of whom it tells, in place of acme, who is somebody else by then */
  readonly tenant?: string;
  /** what it prints */
  readonly prints: RegExp;
}

export interface Elsewhere extends Named {
  /** the file of the test, or of the script, that runs it */
  readonly test: string;
}

export interface OnAccount extends Named {
  /** what of AWS it needs */
  readonly reason: string;
  /** what the page says in words, in shell */
  readonly before?: string;
  /** a refusal that is right for the state that is here */
  readonly mayBe?: RegExp;
}

const documents = {
  readme: 'README.md',
  api: 'docs/api.md',
  local: 'docs/local.md',
  operations: 'docs/operations.md',
};
const { readme, api, local, operations } = documents;

export const runs: readonly Run[] = [
  { document: readme, begins: 'api=', prints: /\{"plaintext":"aGVsbG8="\}/ },
  { document: local, begins: 'stack=', prints: /^$/ },
  { document: 'docs/cost.md', begins: 'npm run cost', prints: /\$\d/ },
  { document: local, begins: 'auditor=', prints: /"operation":"encrypt"/ },
  { document: api, begins: 'curl -s -X PUT $api/tenants/globex', prints: /"tenantId":"globex"/ },
  {
    document: api,
    begins: 'curl -s $api/tenants/acme/encrypt',
    before: 'head -c 3000 /dev/urandom > photo.jpg',
    prints: /^$/,
  },
  {
    document: operations,
    begins: 'old=',
    prints: /"supersededKeyMaterialId":/,
  },
  {
    document: operations,
    begins: 'curl -s $api/tenants/acme/reencrypt-batch',
    before: `echo "$message" | jq -c '{items: [{ciphertext}]}' > rows.json`,
    prints: /^ *1 [0-9a-f]{64}$/m,
  },
  {
    document: api,
    begins: 'curl -s "$api/tenants/acme/audit?outcome=refused',
    prints: /"events":/,
  },
  {
    document: api,
    begins: "next='?from",
    // An administrator has no right to it.
    before: 'curl -s $api/tenants/acme/encrypt -H "$admin" -H "$json" -d "{}"; sleep 2',
    prints: /\tencrypt$/m,
  },
  {
    document: 'client/README.md',
    begins: 'tenant-keys tenants onboard',
    tenant: 'hooli',
    before: `printf 'tenantId\\ninitech\\n' > tenants.csv; echo report > report.pdf
      echo '{"name": "Ada", "email": "ada@example.com", "phone": "1"}' > ada.json`,
    prints: /ada@example\.com/,
  },
  {
    document: operations,
    begins: 'tenant-keys tenants import',
    prints: /initech|1/,
  },
  {
    document: 'examples/customers/README.md',
    begins: 'node main.ts add',
    before: `cp -r "$root/examples/customers" customers && cd customers && echo signed > contract.pdf`,
    prints: /Ada Lovelace/,
  },
  {
    document: local,
    begins: 'curl $stack/_local/faults',
    before: 'cd ..',
    prints: /GenerateDataKey/,
  },
  { document: local, begins: 'cat > careless.json', prints: /^$/ },
  { document: local, begins: 'tenant()', prints: /assumed-role\/\w+\/me/ },
  {
    document: local,
    begins: 'curl $stack/_local/clock',
    // It puts the policy back.
    before: 'npm run reconcile > reconciled.json',
    prints: /"aheadSeconds":/,
  },
  {
    document: local,
    begins: 'curl -X DELETE "$api/tenants/acme?force=true"',
    // The clock has moved since.
    before: 'admin="Authorization: Bearer $(token -d scope=tenant-keys/admin)"',
    prints: /erasure-certificate\/v2/,
  },
  {
    document: api,
    begins: 'curl -s $api/certificate-key',
    before: 'admin="Authorization: Bearer $(token -d scope=tenant-keys/admin)"',
    prints: /Verified OK/,
  },
  {
    document: 'docs/key-stores/aws-kms-external.md',
    begins: 'curl -s "$api/tenants/acme/external-account',
    tenant: 'soylent',
    // The last of all, since from here on it is another account's administrator.
    before: 'export AWS_ACCESS_KEY_ID=$tenant_key AWS_SECRET_ACCESS_KEY=$tenant_secret',
    prints: /"keyStore":"aws-kms-external"/,
  },
];

export const elsewhere: readonly Elsewhere[] = [
  { document: readme, begins: 'npm ci && npm start', test: 'test/e2e/start.test.ts' },
  { document: readme, begins: 'initech=', test: 'test/stores/start.test.ts' },
  { document: 'CONTRIBUTING.md', begins: 'npm ci', test: '.ci/run' },
  { document: 'client/README.md', begins: 'npm install', test: 'test/package/main.ts' },
  { document: 'construct/README.md', begins: 'npm install', test: 'test/package/main.ts' },
  { document: local, begins: 'npm start -- --issuer', test: 'test/e2e/own-issuer.test.ts' },
  { document: local, begins: 'npm start -- --fault', test: 'test/e2e/start.test.ts' },
  {
    document: operations,
    begins: 'cp tenant-keys.config.example.ts',
    test: 'test/lib/config/config-file.test.ts',
  },
  { document: operations, begins: 'npm run smoke', test: 'test/e2e/smoke.test.ts' },
  {
    document: readme,
    begins: 'cp tenant-keys.config.example.ts',
    test: 'test/operate/deploy.test.ts',
  },
  ...[
    'npm ci && npm run build:client',
    'npx tenant-keys tenants onboard acme',
    'customers()',
    "echo 'the contract'",
    'if grep -r ada@example.com',
  ].map((begins) => ({
    document: 'docs/quick-start.md',
    begins,
    test: 'test/docs/quick-start.test.ts',
  })),
  {
    document: 'docs/key-stores/vault.md',
    begins: 'vault=bao',
    test: 'test/stores/start.test.ts',
  },
  {
    document: 'docs/key-stores/vault.md',
    begins: 'issuer=https://example.execute-api',
    test: 'test/stores/own-issuer.test.ts',
  },
  {
    document: 'docs/key-stores/azure-key-vault.md',
    begins: 'subscription=$(az account show',
    test: 'test/azure-key-vault/administration.test.ts',
  },
  ...['bao write sys/config/auditing', 'audit_log='].map((begins) => ({
    document: 'docs/key-stores/vault.md',
    begins,
    test: 'test/stores/audit.test.ts',
  })),
  ...['README', 'auth0', 'cognito', 'entra-id', 'keycloak', 'okta'].map((name) => ({
    document: `docs/issuers/${name}.md`,
    begins: 'npm run --silent token:check',
    test: 'test/docs/issuers.test.ts',
  })),
];

/** Their commands are tried as far as a machine goes: the AWS CLI and CDK take them, and then there is no AWS. */
export const onAccount: readonly OnAccount[] = [
  {
    document: operations,
    begins: 'output()',
    reason: "CloudFormation's ApiUrl, and an issuer's tokens",
  },
  { document: operations, begins: 'npx cdk deploy', reason: 'CloudFormation' },
  { document: operations, begins: 'aws cloudformation describe-stacks', reason: 'CloudFormation' },
  {
    document: operations,
    begins: 'aws cloudformation update-termination-protection',
    reason: 'CloudFormation',
  },
  {
    document: operations,
    begins: 'pattern=',
    reason: "CloudWatch Logs, and a trail's log group",
    before: 'trail=trail filter=unauthorized namespace=Mine',
  },
  {
    document: operations,
    begins: `echo '{"full":true}'`,
    reason: "the output's own function; here npm run reconcile does the same",
  },
  { document: operations, begins: 'aws cloudwatch describe-alarms', reason: 'CloudWatch' },
  {
    document: operations,
    begins: 'aws lambda put-function-concurrency',
    reason: 'Lambda, IAM, CloudTrail and S3, and a key in these states',
    mayBe: /is not pending deletion/,
  },
  {
    document: operations,
    begins: 'aws cloudformation deploy',
    reason: "CloudFormation, and an account's provider for GitHub",
    mayBe: /tenant-keys-deployment does not exist/,
    before: 'provider=arn:aws:iam::111122223333:oidc-provider/github; cd "$root"',
  },
  { document: operations, begins: 'aws dynamodb list-tables', reason: "a deleted stack's tables" },
  { document: operations, begins: 'tenants=', reason: 'CloudFormation' },
  {
    document: operations,
    begins: 'for table in',
    reason: "a deleted stack's tables",
    before: 'tenants=one macs=two events=three',
  },
  { document: operations, begins: 'source=', reason: "DynamoDB's backups" },
  {
    document: operations,
    begins: 'aws dynamodb update-continuous-backups',
    reason: 'a table that was restored',
    before: 'new=restored',
  },
  {
    document: operations,
    begins: 'tenant=initech',
    reason: 'a table that was restored; here test/e2e/restored-table.test.ts does so',
    before: 'source=old new=restored',
    mayBe: /ResourceNotFoundException/,
  },
  {
    document: operations,
    begins: 'lost=initech',
    reason: 'a table that was restored; here test/e2e/restored-table.test.ts does so',
    before: 'new=restored',
    mayBe: /NotFoundException/,
  },
  { document: operations, begins: 'queue=', reason: 'SQS, and a delivery that was given up' },
  { document: operations, begins: 'group=', reason: "CloudWatch Logs, and a trail's log group" },
];

/** With the reason why no test runs it. */
export const byHand: readonly (Named & { readonly reason: string })[] = [
  {
    document: 'docs/performance.md',
    begins: 'npm run bench',
    reason: 'many minutes on a machine that does nothing else; test/bench tests its pieces',
  },
];
