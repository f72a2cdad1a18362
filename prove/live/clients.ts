/**
 * AWS's clients, with credentials and region by the standard chain. Invariant: whatever is sent is a read, and KMS gets
 * no more requests a second than the share of its quotas that a run may take, retries among them.
 */
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';
import { Lambda } from '@aws-sdk/client-lambda';
import { STS } from '@aws-sdk/client-sts';
import { paced } from './rate-limit.ts';

export interface Clients {
  readonly cloudformation: CloudFormation;
  readonly dynamodb: DynamoDB;
  readonly iam: IAM;
  readonly kms: KMS;
  readonly lambda: Lambda;
  readonly sts: STS;
}

/**
 * The request quotas of an account in a region, per second, each independent of the others. The product calls these as
 * well. Source: "Request quotas", AWS KMS developer guide.
 */
const quotas = {
  GetKeyPolicy: 1000,
  ListAliases: 500,
  ListGrants: 100,
  ListKeys: 500,
  ListResourceTags: 2000,
} as const;

export interface ClientOptions {
  /** of an AWS that is not AWS; by default what the environment says */
  readonly endpoint?: string | undefined;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** of KMS's request quotas, above 0 and at most 1 */
  readonly quotaShare: number;
}

/** The AWS CLI takes it; the SDK does not. Where neither is set, it looks into the profile. */
const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
const regionOfCli = !AWS_REGION && AWS_DEFAULT_REGION ? { region: AWS_DEFAULT_REGION } : {};

export function clientsOf({ quotaShare, endpoint, ...others }: ClientOptions): Clients {
  // Each retry waits longer, as the SDK's standard mode has it.
  const options = { ...regionOfCli, ...others, ...(endpoint && { endpoint }), maxAttempts: 8 };
  const kms = new KMS(options);
  const turns = new Map(
    Object.entries(quotas).map(([name, perSecond]) => [name, paced(perSecond * quotaShare)]),
  );
  kms.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const turn = turns.get(commandName?.replace(/Command$/, '') ?? '');
        if (turn === undefined) throw new Error(`${commandName} is none of the reads of KMS`);
        await turn();
        return next(args);
      },
    // Behind the step that tries again, so that each attempt has a turn of its own.
    { step: 'finalizeRequest', priority: 'low', name: 'quotaShare' },
  );
  return {
    kms,
    cloudformation: new CloudFormation(options),
    dynamodb: new DynamoDB(options),
    iam: new IAM(options),
    lambda: new Lambda(options),
    sts: new STS(options),
  };
}
