/** Parts for tests' own templates. */

export const account = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '111122223333',
  stackName: 'TenantKeys',
};

export const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

/** @param statements of a policy each */
export const role = (...statements: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    Policies: statements.map((statement, index) => ({
      PolicyName: `P${index}`,
      PolicyDocument: document(statement),
    })),
  },
});

/** A function with what the local stack must be told of one. */
export const lambdaFunction = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: 'x.handler',
    Role: 'arn:aws:iam::111122223333:role/x',
    Code: { S3Bucket: 'b', S3Key: 'k' },
    Timeout: 3,
    MemorySize: 128,
  },
};
